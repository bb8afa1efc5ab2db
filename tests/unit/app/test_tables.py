# SPDX-License-Identifier: Apache-2.0
"""Columns and Markdown."""

from __future__ import annotations

from falcomod.app import tables


def test_columns_line_up_and_the_last_is_wrapped() -> None:
    rows = [("a", "bcd", "one two three four five six seven eight"), ("long", "e", "")]
    assert list(tables.columns(rows, width=42, indent=" ")) == [
        " a     bcd  one two three four five six",
        "            seven eight",
        " long  e",
    ]


def test_narrow_terminals_get_a_column_that_can_be_read() -> None:
    lines = list(tables.columns([("x" * 50, "word " * 12)], width=10))
    assert all(len(line) <= 50 + 2 + tables.LAST_MIN for line in lines)
    assert len(lines) == 2


def test_no_rows_are_no_lines() -> None:
    assert list(tables.columns([], width=80)) == []


def test_markdown_keeps_bars_in_cells() -> None:
    assert list(tables.markdown(("A", "B"), [("x|y", tables.code("z"))])) == [
        "| A | B |",
        "| --- | --- |",
        "| x\\|y | `z` |",
    ]
    assert tables.code("") == ""

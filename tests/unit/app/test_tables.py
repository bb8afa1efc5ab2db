# SPDX-License-Identifier: Apache-2.0
"""Columns and Markdown."""

from __future__ import annotations

import pytest

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


TABLE = [
    ("rule", "priority", "alerts"),
    ("Terminal shell in container", "Notice", "12 345"),
    ("日本語のルール", "Warning", "2"),
]


def test_numbers_stand_to_the_right_and_wide_letters_take_two_columns() -> None:
    assert tables.aligned(TABLE) == [
        "rule                         priority  alerts",
        "Terminal shell in container  Notice    12 345",
        "日本語のルール               Warning        2",
    ]


def test_a_number_that_is_not_there_stands_among_numbers() -> None:
    rows = [("driver", "rings", "loaded"), ("kmod", "-", "no"), ("ebpf", "2", "yes")]
    assert tables.aligned(rows) == [
        "driver  rings  loaded",
        "kmod        -  no",
        "ebpf        2  yes",
    ]


def test_first_column_is_shortened_where_there_is_no_room() -> None:
    assert tables.fitted(TABLE, width=40, spare=("priority",)) == [
        "rule                    priority  alerts",
        "Terminal shell in con…  Notice    12 345",
        "日本語のルール          Warning        2",
    ]


def test_spare_columns_are_left_out_before_names_cannot_be_read() -> None:
    assert tables.fitted(TABLE, width=30, spare=("priority",)) == [
        "rule                    alerts",
        "Terminal shell in con…  12 345",
        "日本語のルール               2",
    ]


@pytest.mark.parametrize("width", [1, 5, 12])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    lines = tables.fitted(TABLE, width=width, spare=("priority",))
    assert max(map(tables.width_of, lines)) <= width


def test_wide_letters_are_never_cut_in_two() -> None:
    assert [tables.shortened("日本語", width) for width in (6, 5, 4, 3, 1)] == [
        "日本語",
        "日本…",
        "日…",
        "日…",
        "…",
    ]
    assert tables.width_of("e\u0301") == 1


def test_markdown_keeps_bars_in_cells() -> None:
    assert list(tables.markdown(("A", "B"), [("x|y", tables.code("z"))])) == [
        "| A | B |",
        "| --- | --- |",
        "| x\\|y | `z` |",
    ]
    assert tables.code("") == ""

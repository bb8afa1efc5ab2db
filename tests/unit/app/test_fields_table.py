# SPDX-License-Identifier: Apache-2.0
"""The list of fields in each of its forms: all say the same."""

from __future__ import annotations

import json

import pytest

from falcomod.app import fields_table
from falcomod.engine.fields.registry import all_fields
from falcomod.errors import UserError

EVERYTHING = fields_table.select(source=None, everything=True)
USUAL = fields_table.select(source=None, everything=False)


ALL = (*all_fields(), fields_table.STATIC)


def names_of(flag: str) -> set[str]:
    return {info.name for info in all_fields() if flag in info.flags}


def test_every_field_is_there_once() -> None:
    names = list(fields_table.names(EVERYTHING))
    assert sorted(names) == sorted(info.name for info in ALL)


def test_deprecated_and_table_only_fields_are_hidden_unless_asked_for() -> None:
    hidden = names_of("deprecated") | names_of("table-only")
    assert hidden
    assert set(fields_table.names(USUAL)) == {info.name for info in ALL} - hidden


def test_source_picks_its_fields() -> None:
    syscall = set(fields_table.names(fields_table.select(source="syscall", everything=True)))
    audit = set(fields_table.names(fields_table.select(source="k8s_audit", everything=True)))
    assert "proc.name" in syscall - audit
    assert "evt.num" in syscall & audit


def test_unknown_source_names_those_there_are() -> None:
    with pytest.raises(UserError, match=r"'syscal'; there are .*syscall"):
        fields_table.select(source="syscal", everything=True)


def test_text_has_a_line_for_each_field_below_its_class() -> None:
    lines = list(fields_table.text(USUAL, width=200))
    heads = [line for line in lines if line.startswith("Field Class:")]
    assert len(heads) == len(USUAL)
    shown = [line.split()[0] for line in lines if line and line[0].islower()]
    assert shown == list(fields_table.names(USUAL))
    assert max(map(len, fields_table.text(USUAL, width=100))) <= 100


def test_arguments_and_limits_are_noted() -> None:
    lines = {line.split()[0]: line for line in fields_table.text(USUAL, width=400) if line}
    limited = names_of("filter-only") & lines.keys()
    assert limited
    assert all("for conditions only" in lines[name] for name in limited)
    assert "needs [argument]" in lines["evt.arg"]


def test_json_has_all_facts() -> None:
    classes = json.loads(fields_table.as_json(EVERYTHING))
    rows = {row["name"]: row for found in classes for row in found["fields"]}
    for info in all_fields():
        row = rows[info.name]
        assert (row["type"], row["argument"]) == (info.type, info.argument)
        assert set(row["flags"]) == info.flags
    assert {"name", "title", "description", "sources", "fields"} <= classes[0].keys()


def test_markdown_has_a_row_for_each_field() -> None:
    rows = [line for line in fields_table.markdown(EVERYTHING) if line.startswith("| `")]
    assert len(rows) == len(ALL)

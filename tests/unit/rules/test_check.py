# SPDX-License-Identifier: Apache-2.0
"""Comparisons asked of the engine, and the place of its answers."""

import pytest

from falcomod.engine.fields.registry import all_fields, bind
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.rules import grammar
from falcomod.rules.check import Checker
from falcomod.rules.text import Scalar, SourceFile, SourceText

FIELDS = frozenset(info.name for info in all_fields())


def checker() -> Checker:
    return Checker(RulesetBuilder("first"), bind, frozenset({"open", "openat"}), FIELDS)


def faults(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Column and code of every error and warning of a condition."""
    source = SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))
    found = checker().faults(grammar.parse(source))
    return (
        [(error.location.column, error.code) for error in found.errors],
        [(warning.location.column, warning.code) for warning in found.warnings],
    )


def test_what_the_engine_takes_has_no_faults() -> None:
    text = "evt.type in (open, openat) and proc.name = a and proc.aname[2] exists"
    assert faults(text) == ([], [])


@pytest.mark.parametrize(
    ("text", "column", "code"),
    [
        ("evt.num > 0 and proc.nam = a", 17, "LOAD_UNKNOWN_FILTER"),
        ("no.field exists", 1, "LOAD_UNKNOWN_FILTER"),
        ("proc.name[3] = a", 1, "LOAD_UNKNOWN_FILTER"),
        ("not evt.type = opem", 5, "LOAD_UNKNOWN_FILTER"),
        ("evt.type in (open, opem)", 1, "LOAD_UNKNOWN_FILTER"),
        ("fd.num contains a", 1, "LOAD_ERR_COMPILE_CONDITION"),
        ("evt.is_open_read = maybe", 1, "LOAD_ERR_COMPILE_CONDITION"),
        ("fd.sip = 1.2.3", 1, "LOAD_ERR_COMPILE_CONDITION"),
    ],
)
def test_errors(text: str, column: int, code: str) -> None:
    assert faults(text) == ([(column, code)], [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("proc.name = proc.pname", "LOAD_COMPILE_CONDITION"),
        ("proc.name in (a, <NA>)", "LOAD_UNSAFE_NA_CHECK"),
        ("evt.dir = <", "LOAD_DEPRECATED_ITEM"),
    ],
)
def test_warnings(text: str, code: str) -> None:
    assert faults(text) == ([], [(1, code)])


def test_every_fault_of_a_condition_is_told_and_similar_names_with_it() -> None:
    text = "proc.nam = a or proc.nam = a or evt.type = opena"
    source = SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))
    errors = checker().faults(grammar.parse(source)).errors
    assert [error.location.column for error in errors] == [1, 17, 33]
    assert "proc.name" in errors[0].message
    assert "did you mean" in errors[2].remedy

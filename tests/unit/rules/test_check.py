# SPDX-License-Identifier: Apache-2.0
"""Comparisons asked of the engine, and the place of its answers."""

from typing import Any

import pytest

from falcomod.engine.fields.registry import all_fields, bind
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.rules import ast, deprecated, grammar
from falcomod.rules.check import Checker, Faults
from falcomod.rules.load import load_sources
from falcomod.rules.text import Scalar, SourceFile, SourceText

FIELDS = frozenset(info.name for info in all_fields())


def checker() -> Checker:
    return Checker(RulesetBuilder("first"), bind, frozenset({"open", "openat"}), FIELDS)


def condition(text: str) -> SourceText:
    return SourceText.of(Scalar(text, SourceFile("rules.yaml", text), 0, len(text)))


def found(text: str) -> Faults:
    return checker().faults(grammar.parse(condition(text)))


def faults(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Column and code of every error and warning of a condition."""
    all_of = found(text)
    return (
        [(error.location.column, error.code) for error in all_of.errors],
        [(warning.location.column, warning.code) for warning in all_of.warnings],
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
    ("text", "code", "message"),
    [
        ("proc.name = proc.pname", "LOAD_COMPILE_CONDITION",
         "'proc.pname' may be a valid field misused as a const string value"),
        ("proc.name in (a, ' proc.aname[2]')", "LOAD_COMPILE_CONDITION",
         "' proc.aname[2]' may be a valid field misused as a const string value"),
        ("proc.name = 'toupper( proc.name)'", "LOAD_COMPILE_CONDITION",
         "'toupper( proc.name)' may be a valid field transformer misused as a const string value"),
        ("proc.name != 'val(x)'", "LOAD_COMPILE_CONDITION",
         "'val(x)' may be a valid field transformer misused as a const string value"),
        ("evt.dir = <", "LOAD_DEPRECATED_ITEM", "usage of deprecated field 'evt.dir'"),
    ],
)  # fmt: skip
def test_warnings(text: str, code: str, message: str) -> None:
    [warning] = found(text).warnings
    assert (warning.location.column, warning.code) == (1, code)
    assert message in warning.message


@pytest.mark.parametrize("name", sorted(deprecated.FIELDS))
@pytest.mark.parametrize("text", ["{} = 1", "len({}) = 1", "a.b = val({})", "a.b < len({})"])
def test_deprecated_fields_are_told_wherever_they_stand(name: str, text: str) -> None:
    [note] = doubts(text.format(name))
    assert note.code == "LOAD_DEPRECATED_ITEM"
    assert (
        note.message
        == f"usage of deprecated field '{name}' has been detected in the rule condition"
    )


@pytest.mark.parametrize(
    ("pattern", "simpler"),
    [
        ("abc", "proc.name = abc"),
        ("^abc$", "proc.name = abc"),
        (".*abc", "proc.name endswith abc"),
        ("abc.*", "proc.name startswith abc"),
        (".*a/b.*", "proc.name contains a/b"),
        (".+abc", ""),
    ],
)
def test_a_regex_that_need_be_none_is_told(pattern: str, simpler: str) -> None:
    [note] = doubts(f"proc.name regex '{pattern}'")
    assert note.code == "LOAD_COMPILE_CONDITION"
    assert f"regex check with '{pattern}' may be optimized" in note.message
    assert note.remedy == (f"write {simpler}" if simpler else "")


@pytest.mark.parametrize("pattern", ["a.c", "(ab|cd)", r"a\\.b", "[ab]", "a.{2}"])
def test_a_regex_that_is_needed_is_not(pattern: str) -> None:
    assert doubts(f'proc.name regex "{pattern}"') == []


@pytest.mark.parametrize("operator", ["=", "==", "!=", "in", "intersects", "pmatch"])
def test_no_value_is_told_from_a_value_of_audit_events_only(operator: str) -> None:
    [note] = doubts(f"ka.verb {operator} {'(<NA>)' if operator.isalpha() else '<NA>'}")
    assert note.code == "LOAD_UNSAFE_NA_CHECK"
    assert note.remedy == "write 'not ka.verb exists'"
    assert doubts("ka.verb startswith <NA>") == []
    assert doubts("proc.name in (a, <NA>)") == []


def doubts(text: str) -> list[Any]:
    """What is said of a comparison, whether or not the engine takes it."""
    check = grammar.parse(condition(text))
    assert isinstance(check, ast.Check)
    return list(checker()._warnings(check))


def test_both_sides_are_asked() -> None:
    asked: list[tuple[object, ...]] = []

    class Builder:
        def check(self, *arguments: object) -> int:
            asked.append(arguments)
            return 7

    found = Checker(Builder(), lambda text: bound.append(text), frozenset(), FIELDS)  # type: ignore
    bound: list[str] = []
    tree = grammar.parse(condition("tolower(a.b) = val(c.d) or a.b = e"))
    assert found.faults(tree).errors == ()
    assert bound == ["tolower(a.b)", "c.d", "a.b"]
    assert asked == [("tolower(a.b)", "=", (), "c.d"), ("a.b", "=", ("e",))]


def test_fields_of_exceptions_are_asked_even_without_values() -> None:
    text = """
- rule: r
  desc: d
  condition: c
  output: o
  priority: debug
  exceptions:
    - name: e
      fields: [proc.name, tolower( proc.name ), proc.nam, like(proc.name)]
"""
    rule = load_sources([SourceFile("rules.yaml", text)]).rules["r"]
    errors = checker().exception_faults(rule.exceptions)
    assert [(error.location.column, error.code) for error in errors] == [
        (49, "LOAD_ERR_VALIDATE"),
        (59, "LOAD_ERR_VALIDATE"),
    ]
    assert errors[0].message == "'proc.nam' is not a supported filter field"


def test_every_fault_of_a_condition_is_told_and_similar_names_with_it() -> None:
    text = "proc.nam = a or proc.nam = a or evt.type = opena"
    errors = found(text).errors
    assert [error.location.column for error in errors] == [1, 17, 33]
    assert "proc.name" in errors[0].message
    assert "did you mean" in errors[2].remedy

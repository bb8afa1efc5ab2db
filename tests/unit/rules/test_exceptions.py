# SPDX-License-Identifier: Apache-2.0
"""Exceptions of a rule to the text of a condition."""

import pytest

from falcomod.errors import RuleError
from falcomod.rules import exceptions
from falcomod.rules.load import load_sources
from falcomod.rules.model import RuleException
from falcomod.rules.text import SourceFile


def read(text: str) -> tuple[RuleException, ...]:
    """The exceptions of a rule, from YAML flow text."""
    rule = "- rule: r\n  desc: d\n  condition: c\n  output: o\n  priority: debug\n"
    file = SourceFile("rules.yaml", f"{rule}  exceptions: {text}\n")
    return load_sources([file]).rules["r"].exceptions


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("[{name: e, fields: [a.b, c.d], values: [[x, y]]}]", "(a.b = x and c.d = y)"),
        ("[{name: e, fields: [a.b], values: [[x], [y]]}]", "(a.b = x) or (a.b = y)"),
        ("[{name: e, fields: [a.b], comps: [startswith], values: [[/x y]]}]",
         '(a.b startswith "/x y")'),
        ("[{name: e, fields: [a.b], comps: [in], values: [[names]]}]", "(a.b in (names))"),
        ('[{name: e, fields: [a.b], comps: [in], values: [["(x, y)"]]}]', "(a.b in (x, y))"),
        ("[{name: e, fields: [a.b], comps: [pmatch], values: [[[/x, /y z]]]}]",
         '(a.b pmatch (/x, "/y z"))'),
        ("[{name: e, fields: a.b, values: [x, y z]}]", 'a.b in (x, "y z")'),
        ("[{name: e, fields: a.b, comps: intersects, values: [x]}]", "a.b intersects (x)"),
        ("[{name: e, fields: a.b, values: [x]}, {name: f, fields: [c.d], values: [[y]]}]",
         "a.b in (x) or (c.d = y)"),
    ],
)  # fmt: skip
def test_conditions(text: str, condition: str) -> None:
    source = exceptions.condition(read(text))
    assert source is not None
    assert source.text == condition


@pytest.mark.parametrize(
    "text",
    ["[]", "[{name: e, fields: a.b}]", "[{name: e, fields: a.b, values: []}]",
     "[{name: e, fields: [a.b], values: []}]"],
)  # fmt: skip
def test_no_values_no_condition(text: str) -> None:
    assert exceptions.condition(read(text)) is None


def test_values_know_their_place() -> None:
    source = exceptions.condition(read("[{name: e, fields: [a.b], values: [[value]]}]"))
    assert source is not None
    offset = source.text.index("value")
    assert str(source.location(offset + 2)) == "rules.yaml:6:53"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[{name: e, fields: [a.b], comps: [like], values: [[x]]}]", "not a supported"),
        ("[{name: e, fields: [a.b], comps: [=, =], values: [[x]]}]", "equal length"),
        ("[{name: e, fields: [a.b], values: [[x, y]]}]", "equal length"),
        ("[{name: e, fields: [a.b], values: [x]}]", "equal length"),
        ("[{name: e, fields: [a.b], values: [[{k: v}]]}]", "is text"),
        ("[{name: e, fields: a.b, comps: startswith, values: [x]}]", "single value"),
        ("[{name: e, fields: a.b, values: [[x]]}]", "list of strings"),
    ],
)
def test_faults(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        exceptions.condition(read(text))
    assert caught.value.location.line == 6


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("two words", '"two words"'),
        ("a=b", '"a=b"'),
        ("", '""'),
        ('"as it is"', '"as it is"'),
        ("'as it is'", "'as it is'"),
        ('say "hi"', '"say \\"hi\\""'),
    ],
)
def test_values_are_quoted_where_they_must_be(value: str, written: str) -> None:
    assert exceptions.written(value) == written

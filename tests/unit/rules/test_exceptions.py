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
        ("[{name: e, fields: [tolower(a.b), len(c.d)], comps: [=, <], values: [[x, 3]]}]",
         "(tolower(a.b) = x and len(c.d) < 3)"),
        ("[{name: e, fields: [a.b], comps: [=], values: [[val(c.d)]]}]", "(a.b = val(c.d))"),
        ("[{name: e, fields: [a.b], comps: [=], values: [[toupper(c.d)]]}]",
         "(a.b = toupper(c.d))"),
        ("[{name: e, fields: [a.b], comps: [in], values: [[val(c.d)]]}]", "(a.b in val(c.d))"),
        ("[{name: e, fields: [a.b], comps: [startswith anyof], values: [[names]]}]",
         "(a.b startswith anyof (names))"),
        ("[{name: e, fields: [a.b], comps: [= oneof], values: [[[x, y z]]]}]",
         '(a.b = oneof (x, "y z"))'),
        ('[{name: e, fields: [a.b], comps: [in], values: [["x, y"]]}]', "(a.b in (x, y))"),
        ("[{name: e, fields: [a.b], comps: [in], values: [[x y]]}]", '(a.b in ("x y"))'),
        ("[{name: e, fields: a.b, comps: regex anyof, values: [x.*]}]", "a.b regex anyof (x.*)"),
        ("[{name: e, fields: 'join(\"-\", proc.args)', values: [x]}]",
         'join("-", proc.args) in (x)'),
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
        (
            "[{name: e, fields: [a.b], comps: [like]}]",
            "'like' is not a supported comparison operator",
        ),
        ("[{name: e, fields: [a.b], comps: [in anyof], values: [[x]]}]", "not a supported"),
        ("[{name: e, fields: [a.b], comps: [=, =]}]", "Fields and comps lists must have equal"),
        ("[{name: e, fields: [a.b], comps: [=, =], values: [[x]]}]", "equal length"),
        ("[{name: e, fields: [a.b], values: [[x, y]]}]", "equal length"),
        ("[{name: e, fields: [a.b], values: [x]}]", "equal length"),
        ("[{name: e, fields: [a.b], values: [[{k: v}]]}]", "is text"),
        (
            "[{name: e, fields: a.b, comps: startswith, values: [x]}]",
            "When fields is a single value",
        ),
        ("[{name: e, fields: a.b, values: [[x]]}]", "list of strings"),
    ],
)
def test_faults(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        exceptions.condition(read(text))
    assert caught.value.location.line == 6
    assert caught.value.code == "LOAD_ERR_VALIDATE"


@pytest.mark.parametrize(
    ("value", "scalar", "item"),
    [
        ("plain", "plain", "plain"),
        ("two words", '"two words"', '"two words"'),
        ("a=b", '"a=b"', '"a=b"'),
        ("a,b", '"a,b"', "a,b"),
        ("a, b", '"a, b"', '"a, b"'),
        ("", '""', '""'),
        ('"as it is"', '"as it is"', '"as it is"'),
        ("'as it is'", "'as it is'", "'as it is'"),
        ('say "hi"', '"say \\"hi\\""', '"say \\"hi\\""'),
        (r"say \"hi\"", r'''"say \"hi\""''', r'''"say \"hi\""'''),
        (r"a\tb c", r'"a\tb c"', r'"a\tb c"'),
        (r"a\tb=c", r'"a\\tb=c"', r'"a\\tb=c"'),
        ("val(a.b)", "val(a.b)", '"val(a.b)"'),
        ("tolower(a.b)", "tolower(a.b)", '"tolower(a.b)"'),
        ("tolower( a.b)", '"tolower( a.b)"', '"tolower( a.b)"'),
        ("other(a.b)", '"other(a.b)"', '"other(a.b)"'),
    ],
)
def test_values_are_quoted_where_they_must_be(value: str, scalar: str, item: str) -> None:
    assert exceptions.scalar(value) == scalar
    assert exceptions.item(value) == item

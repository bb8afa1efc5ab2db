# SPDX-License-Identifier: Apache-2.0
"""Rules switched on and off by name and tag."""

import pytest

from falcomod.config.model import RulesNamed, RulesSwitched
from falcomod.errors import UserError
from falcomod.rules.load import load_sources
from falcomod.rules.model import Rule
from falcomod.rules.select import Selection, by_configuration, by_options, select, unused
from falcomod.rules.text import SourceFile

TEXT = (
    "- rule: {name}\n  desc: d\n  condition: a\n  output: o\n  priority: debug\n  tags: [{tag}]\n"
)
RULES = (
    ("Read a file", "filesystem", "true"),
    ("Write a file", "filesystem", "false"),
    ("Run a shell (new)", "process", "true"),
)


def rules() -> list[Rule]:
    text = "".join(
        TEXT.format(name=name, tag=tag) + f"  enabled: {on}\n" for name, tag, on in RULES
    )
    return list(load_sources([SourceFile("rules.yaml", text)]).rules.values())


def on(*selections: Selection) -> list[str]:
    """The first words of the rules that are on, in their order."""
    names = select(rules(), selections)
    return [name.split()[0] for name, _, _ in RULES if name in names]


@pytest.mark.parametrize(
    ("selections", "expected"),
    [
        ([], ["Read", "Run"]),
        ([Selection(False, rule="*")], []),
        ([Selection(True, rule="*")], ["Read", "Write", "Run"]),
        ([Selection(False, rule="Read a file")], ["Run"]),
        ([Selection(False, rule="Read")], ["Read", "Run"]),
        ([Selection(True, rule="*a file")], ["Read", "Write", "Run"]),
        ([Selection(False, rule="R*a*")], []),
        ([Selection(False, rule="Run a shell (new)")], ["Read"]),
        ([Selection(False, tag="filesystem")], ["Run"]),
        ([Selection(False, tag="file*")], ["Read", "Run"]),
        ([Selection(False, rule="Run*", tag="filesystem")], []),
        ([Selection(False, rule="*"), Selection(True, tag="filesystem")], ["Read", "Write"]),
        ([Selection(True, tag="filesystem"), Selection(False, rule="*")], []),
    ],
)
def test_the_last_selection_that_names_a_rule_decides(
    selections: list[Selection], expected: list[str]
) -> None:
    assert on(*selections) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((["process"], [], []), ["Run"]),
        ((["process", "filesystem"], [], []), ["Read", "Write", "Run"]),
        (([], ["process"], []), ["Read"]),
        (([], [], ["a file"]), ["Run"]),
        (([], ["filesystem"], ["shell"]), []),
    ],
)
def test_options_of_old(
    options: tuple[list[str], list[str], list[str]], expected: list[str]
) -> None:
    assert on(*by_configuration(by_options(*options))) == expected


def test_steps_of_a_configuration() -> None:
    steps = [
        RulesSwitched(disable=RulesNamed(rule="*")),
        RulesSwitched(enable=RulesNamed(rule="a", tag="b"), disable=RulesNamed(tag="c")),
    ]
    assert by_configuration(steps) == [
        Selection(False, rule="*"), Selection(True, "a", "b"), Selection(False, tag="c"),
    ]  # fmt: skip
    with pytest.raises(UserError, match="entry 2 names no rule"):
        by_configuration([steps[0], RulesSwitched()])


def test_selections_without_a_rule_are_found() -> None:
    used, misspelt = Selection(True, rule="Read*"), Selection(True, tag="filesytem")
    assert unused(rules(), [used, misspelt]) == [misspelt]


def test_a_selection_tells_what_it_does() -> None:
    assert str(Selection(True, rule="R*")) == "Enabling rules with name: R*"
    assert str(Selection(False, tag="t")) == "Disabling rules with tag: t"

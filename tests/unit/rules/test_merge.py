# SPDX-License-Identifier: Apache-2.0
"""Redefinition, append and override of lists, macros and rules."""

import pytest

from falcomod.alert.model import Priority
from falcomod.errors import RuleLoadError
from falcomod.rules.load import load_sources
from falcomod.rules.model import RuleCollection
from falcomod.rules.text import SourceFile


def load(*texts: str) -> RuleCollection:
    return load_sources(SourceFile(f"{number}.yaml", text) for number, text in enumerate(texts, 1))


def rule(name: str, *more: str, condition: str = "a") -> str:
    lines = [f"- rule: {name}", "  desc: d", f"  condition: {condition}", "  output: o"]
    return "\n".join([*lines, "  priority: debug", *(f"  {line}" for line in more)]) + "\n"


def codes(collection: RuleCollection) -> list[str]:
    return [warning.code for warning in collection.warnings]


def test_redefined_rule_keeps_its_position_and_takes_everything_else() -> None:
    collection = load(
        rule("one", "tags: [x]", "enabled: false") + rule("two"), rule("one", condition="b")
    )
    assert list(collection.rules) == ["one", "two"]
    one = collection.rules["one"]
    assert (one.condition.text, one.tags, one.enabled) == ("b", frozenset(), True)
    assert one.defined.location(0).path == "1.yaml"


def test_rule_source_defaults_and_stays() -> None:
    collection = load(rule("one", "source: k8s_audit"), rule("one") + rule("two", "source:"))
    assert collection.rules["one"].source == "k8s_audit"
    assert collection.rules["two"].source == "syscall"


def test_append_joins_conditions_with_one_space() -> None:
    text = rule("one") + "- rule: one\n  append: true\n  condition: or b\n"
    collection = load(text)
    assert collection.rules["one"].condition.text == "a or b"
    assert codes(collection) == ["LOAD_DEPRECATED_ITEM"]


def test_append_says_which_keys_it_leaves_alone() -> None:
    text = rule("one") + "- rule: one\n  append: true\n  condition: or b\n  priority: error\n"
    collection = load(text)
    assert collection.rules["one"].priority is Priority.DEBUG
    assert codes(collection) == ["LOAD_DEPRECATED_ITEM", "LOAD_UNKNOWN_KEY"]


def test_override_appends_and_replaces_by_key() -> None:
    change = """
- rule: one
  desc: more
  condition: or b
  output: and more
  tags: [y]
  priority: error
  enabled: false
  skip-if-unknown-filter: true
  capture_duration: 7
  override:
    desc: append
    condition: append
    output: append
    tags: append
    priority: replace
    enabled: replace
    skip-if-unknown-filter: replace
    capture_duration: replace
"""
    one = load(rule("one", "tags: [x]"), change).rules["one"]
    assert (one.desc, one.condition.text, one.output.text) == ("d more", "a or b", "o and more")
    assert one.tags == {"x", "y"}
    assert (one.priority, one.enabled) == (Priority.ERROR, False)
    assert (one.skip_if_unknown_filter, one.capture_duration_ms) == (True, 7)


def test_override_replaces_a_condition_and_keeps_the_rest() -> None:
    change = "- rule: one\n  condition: b\n  override: {condition: replace}\n"
    one = load(rule("one", "tags: [x]"), change).rules["one"]
    assert (one.condition.text, one.tags) == ("b", frozenset({"x"}))


def test_enabled_alone_toggles_an_earlier_rule() -> None:
    collection = load(rule("one"), "- rule: one\n  enabled: false\n")
    assert not collection.rules["one"].enabled
    assert collection.rules["one"].condition.text == "a"
    assert codes(collection) == ["LOAD_DEPRECATED_ITEM"]


def test_lists_and_macros_are_redefined_appended_and_replaced() -> None:
    collection = load(
        "- list: l\n  items: [a]\n- macro: m\n  condition: a\n- macro: n\n  condition: a\n",
        "- list: l\n  items: [b]\n  append: true\n"
        "- macro: m\n  condition: or b\n  override: {condition: append}\n",
        "- list: l\n  items: [c]\n  override: {items: append}\n- macro: n\n  condition: c\n",
    )
    assert [item.value for item in collection.lists["l"].items] == ["a", "b", "c"]
    assert collection.macros["m"].condition.text == "a or b"
    assert collection.macros["n"].condition.text == "c"
    first, second = collection.macros["m"], collection.macros["n"]
    assert (first.index, second.index) == (1, 2)
    assert (first.visibility, second.visibility) == (4, 6)


EXCEPTION = "exceptions: [{name: e, fields: [proc.name], values: [[a]]}]"


def test_exceptions_gain_values_by_name_and_new_ones_by_definition() -> None:
    change = """
- rule: one
  exceptions:
    - {name: e, values: [[b]]}
    - {name: f, fields: proc.name, values: [c]}
  override: {exceptions: append}
"""
    first, second = load(rule("one", EXCEPTION), change).rules["one"].exceptions
    assert first.values is not None
    assert len(first.values.items) == 2
    assert (second.name.value, second.single) == ("f", True)


def test_exceptions_are_replaced_as_a_whole() -> None:
    change = (
        "- rule: one\n  exceptions: [{name: f, fields: proc.name, values: [c]}]\n"
        "  override: {exceptions: replace}\n"
    )
    exceptions = load(rule("one", EXCEPTION), change).rules["one"].exceptions
    assert [exception.name.value for exception in exceptions] == ["f"]


def test_exceptions_without_values_are_filled_later() -> None:
    change = "- rule: one\n  append: true\n  exceptions: [{name: e, values: [[b]]}]\n"
    empty = "exceptions: [{name: e, fields: [proc.name]}]"
    (exception,) = load(rule("one", empty), change).rules["one"].exceptions
    assert exception.values is not None


def test_warnings_about_exceptions() -> None:
    twice = "exceptions: [{name: e, fields: a.b}, {name: e, fields: a.b}]"
    assert codes(load(rule("one", twice))) == ["LOAD_EXCEPTION_NAME_NOT_UNIQUE"]
    change = "- rule: one\n  exceptions: [{name: e}]\n  override: {exceptions: append}\n"
    assert codes(load(rule("one", EXCEPTION), change)) == ["LOAD_APPEND_NO_VALUES"]


OVERRIDE = "- rule: one\n  {key}: {value}\n  override: {{{over}: {how}}}\n"


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ("- rule: no\n  condition: a\n  append: true\n", "2.yaml:1:9", "no rule by that name"),
        ("- macro: no\n  condition: a\n  append: true\n", "2.yaml:1:10", "no macro by that name"),
        ("- list: no\n  items: []\n  append: true\n", "2.yaml:1:9", "no list by that name"),
        ("- rule: no\n  enabled: true\n", "2.yaml:1:9", "no rule by that name"),
        ("- rule: one\n  append: true\n  tags: [a]\n", "2.yaml:1:9", "condition property"),
        ("- rule: one\n  tags: [a]\n", "2.yaml:1:9", "needs condition"),
        ("- rule: one\n  condition: a\n", "2.yaml:1:9", "has no 'output'"),
        ("- macro: m\n", "2.yaml:1:10", "has no 'condition'"),
        ("- list: l\n", "2.yaml:1:9", "has no 'items'"),
        (rule("one", "source: other"), "2.yaml:6:3", "different source"),
        (OVERRIDE.format(key="priority", value="error", over="priority", how="append"),
         "2.yaml:3:14", "cannot be appended"),
        (OVERRIDE.format(key="source", value="x", over="source", how="replace"),
         "2.yaml:3:14", "cannot be replaced"),
        (OVERRIDE.format(key="desc", value="x", over="tags", how="append"),
         "2.yaml:3:14", "no 'tags'"),
        ("- rule: one\n  desc: a\n  tags: [b]\n  override: {desc: append}\n",
         "2.yaml:3:3", "unexpected key 'tags'"),
        ("- rule: one\n  desc: a\n  append: true\n  override: {desc: append}\n",
         "2.yaml:1:9", "cannot be used together"),
        ("- rule: no\n  desc: a\n  override: {desc: replace}\n",
         "2.yaml:1:9", "replace' but no rule"),
        ("- rule: one\n  append: true\n  exceptions: [{name: e, fields: a.b, values: []}]\n",
         "2.yaml:3:23", "only values"),
        ("- rule: one\n  append: true\n  exceptions: [{name: g, values: []}]\n",
         "2.yaml:3:23", "must have fields"),
        ("- rule: one\n  append: true\n  exceptions: [{name: g, fields: a.b}]\n",
         "2.yaml:3:23", "must have values"),
    ],
)  # fmt: skip
def test_faults(change: str, place: str, message: str) -> None:
    with pytest.raises(RuleLoadError) as caught:
        load(rule("one", EXCEPTION), change)
    (error,) = caught.value.errors
    assert str(error.location) == place
    assert message in error.message

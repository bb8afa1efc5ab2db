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
    empty = "exceptions: [{name: e, fields: [proc.name]}]"  # tells nothing by itself
    (exception,) = load(rule("one", empty), change).rules["one"].exceptions
    assert exception.values is not None


def test_warnings_about_exceptions() -> None:
    twice = "exceptions: [{name: e, fields: a.b}, {name: e, fields: a.b}]"
    assert codes(load(rule("one", twice))) == ["LOAD_EXCEPTION_NAME_NOT_UNIQUE"]
    change = "- rule: one\n  exceptions: [{name: e}]\n  override: {exceptions: append}\n"
    assert codes(load(rule("one", EXCEPTION), change)) == ["LOAD_APPEND_NO_VALUES"]
    change = "- rule: one\n  exceptions: [{name: e, fields: a.b}]\n"
    change += "  override: {exceptions: replace}\n"
    assert codes(load(rule("one", EXCEPTION), change)) == ["LOAD_APPEND_NO_VALUES"]


def test_exceptions_of_the_same_name_all_count() -> None:
    twice = "exceptions: [{name: e, fields: a.b, values: [x]}, {name: e, fields: c.d, values: [y]}]"
    exceptions = load(rule("one", twice)).rules["one"].exceptions
    assert [exception.fields[0].value for exception in exceptions] == ["a.b", "c.d"]


def test_replacing_a_list_or_macro_that_is_not_there_defines_it() -> None:
    collection = load(
        "- list: l\n  items: [a]\n  override: {items: replace}\n"
        "- macro: m\n  condition: a\n  override: {condition: replace}\n"
    )
    assert (list(collection.lists), list(collection.macros)) == (["l"], ["m"])


def test_a_key_that_an_override_cannot_change_is_told() -> None:
    change = "- rule: one\n  source: x\n  desc: b\n  override: {desc: replace}\n"
    collection = load(rule("one"), change)
    assert (collection.rules["one"].source, codes(collection)) == ("syscall", ["LOAD_UNKNOWN_KEY"])


def test_appended_before_replaced() -> None:
    change = "- rule: one\n  desc: b\n  output: c\n  override: {output: replace, desc: append}\n"
    one = load(rule("one"), change).rules["one"]
    assert (one.desc, one.output.text) == ("d b", "c")


OVERRIDE = "- rule: one\n  {key}: {value}\n  override: {{{over}: {how}}}\n"
YAML, ITEM = "LOAD_ERR_YAML_VALIDATE", "LOAD_ERR_VALIDATE"


@pytest.mark.parametrize(
    ("change", "place", "code", "message"),
    [
        ("- rule: no\n  condition: a\n  append: true\n", "1:9", ITEM,
         "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists"),
        ("- macro: no\n  condition: a\n  append: true\n", "1:10", ITEM,
         "Macro uses 'append' or 'override.condition: append' "
         "but no macro by that name already exists"),
        ("- list: no\n  items: []\n  override: {items: append}\n", "1:9", ITEM,
         "List uses 'append' or 'override.items: append' but no list by that name already exists"),
        ("- rule: no\n  enabled: true\n", "1:9", ITEM,
         "Rule has 'enabled' key but no rule by that name already exists"),
        ("- rule: one\n  append: true\n  tags: [a]\n", "1:9", ITEM,
         "Appended rule must have exceptions or condition property"),
        ("- rule: one\n  tags: [a]\n", "1:9", YAML, "Item has no mapping for key 'enabled'"),
        ("- rule: one\n  condition: a\n", "1:9", YAML, "Item has no mapping for key 'output'"),
        ("- macro: m\n", "1:10", YAML, "Item has no mapping for key 'condition'"),
        ("- list: l\n", "1:9", YAML, "Item has no mapping for key 'items'"),
        (rule("one", "source: other"), "6:3", ITEM,
         "Rule has been re-defined with a different source"),
        (OVERRIDE.format(key="priority", value="error", over="priority", how="append"),
         "3:14", YAML, "Key 'priority' cannot be appended to, use 'replace' instead"),
        (OVERRIDE.format(key="source", value="x", over="source", how="replace"),
         "3:14", YAML, "Key 'source' cannot be replaced"),
        (OVERRIDE.format(key="tags", value="[x]", over="tags", how="merge"), "3:20", YAML,
         "Invalid override operation for key 'tags': 'merge'. Allowed values are: append replace "),
        (OVERRIDE.format(key="priority", value="error", over="priority", how="add"), "3:24", YAML,
         "Invalid override operation for key 'priority': 'add'. Allowed values are: replace "),
        (OVERRIDE.format(key="desc", value="x", over="tags", how="append"), "3:14", YAML,
         "An append override for 'tags' was specified but 'tags' is not defined"),
        ("- rule: one\n  desc: a\n  tags: [b]\n  override: {desc: append}\n", "3:3", YAML,
         "Unexpected key 'tags': no corresponding entry under 'override' is defined."),
        ("- rule: one\n  desc: a\n  append: true\n  override: {desc: append}\n", "1:9", YAML,
         "Keys 'override' and 'append: true' cannot be used together."),
        ("- rule: no\n  desc: a\n  override: {desc: replace}\n", "1:9", ITEM,
         "An 'override.<key>: replace' to a rule was requested "
         "but no rule by that name already exists"),
        ("- rule: one\n  append: true\n  exceptions: [{name: e, fields: a.b, values: []}]\n",
         "3:23", ITEM, "Can not append exception fields to existing exception, only values"),
        ("- rule: one\n  append: true\n  exceptions: [{name: e, comps: in, values: []}]\n",
         "3:23", ITEM, "Can not append exception comps to existing exception, only values"),
        ("- rule: one\n  append: true\n  exceptions: [{name: g, values: []}]\n", "3:23", ITEM,
         "Rule exception must have fields property with a list of fields"),
        ("- rule: one\n  append: true\n  exceptions: [{name: g, fields: a.b, values: []}]\n",
         "3:23", ITEM, "Rule exception must have values property with a list of values"),
        ("- rule: one\n  exceptions: [{name: g}]\n  override: {exceptions: replace}\n",
         "2:23", ITEM, "Rule exception must have fields property with a list of fields"),
        (rule("two", "exceptions: [{name: g}]"), "6:23", YAML,
         "Item has no mapping for key 'fields'"),
    ],
)  # fmt: skip
def test_faults(change: str, place: str, code: str, message: str) -> None:
    with pytest.raises(RuleLoadError) as caught:
        load(rule("one", EXCEPTION), change)
    (error,) = caught.value.errors
    assert (str(error.location), error.code) == (f"2.yaml:{place}", code)
    assert error.message == message

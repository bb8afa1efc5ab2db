# SPDX-License-Identifier: Apache-2.0
"""Keys of rules, macros and lists, and the values they take."""

import pytest

from falcomod.alert.model import Priority
from falcomod.errors import RuleError
from falcomod.rules.document import Mapping, read_documents
from falcomod.rules.items import KEYS, read_item
from falcomod.rules.model import Item
from falcomod.rules.text import SourceFile, SourceText


def read(text: str) -> tuple[Item | None, list[RuleError], list[RuleError]]:
    """The item of a mapping, its warnings and its errors."""
    file = SourceFile("rules.yaml", text)
    (node,) = read_documents(file)
    assert isinstance(node, Mapping)
    warnings: list[RuleError] = []
    errors: list[RuleError] = []
    return read_item(file, node, warnings, errors), warnings, errors


FULL_RULE = """\
rule: A rule
desc: what it means
condition: evt.num > 0
output: happened
priority: info
source: syscall
enabled: no
tags: [a, b]
exceptions:
  - name: ours
    fields: [proc.name, fd.name]
    comps: [=, startswith]
    values: [[a, /b]]
  - name: more
    fields: proc.name
warn_evttypes: false
skip-if-unknown-filter: true
capture: true
capture_duration: 500
append: false
override: {}
"""


def test_a_rule_with_every_key() -> None:
    item, warnings, errors = read(FULL_RULE)
    assert item is not None
    assert (warnings, errors) == ([], [])
    assert set(item.values) == set(KEYS["rule"]) - {"rule", "append", "override"}
    assert item.name.value == "A rule"
    assert item.values["priority"] is Priority.INFORMATIONAL
    assert item.values["enabled"] is False
    assert item.values["tags"] == {"a", "b"}
    assert item.values["capture_duration"] == 500
    ours, more = item.values["exceptions"]
    assert [field.value for field in ours.fields] == ["proc.name", "fd.name"]
    assert (ours.single, more.single) == (False, True)
    assert more.values is None


def test_the_kind_is_told_by_the_first_known_key() -> None:
    item, warnings, _ = read("macro: m\nlist: l\nitems: [a]\n")
    assert item is not None
    assert item.kind == "list"
    assert [warning.code for warning in warnings] == ["LOAD_UNKNOWN_KEY"]


def test_override_and_append() -> None:
    item, _, errors = read("list: l\nitems: [a]\noverride:\n  items: append\n")
    assert item is not None
    assert not errors
    assert item.override["items"].operation == "append"
    item, _, _ = read("macro: m\ncondition: a\nappend: true\n")
    assert item is not None
    assert item.append
    assert isinstance(item.values["condition"], SourceText)


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("rule: r\nunknown: 1\n", "rules.yaml:2:1", "LOAD_UNKNOWN_KEY"),
        ("list: l\nitems: []\nitems: [a]\n", "rules.yaml:3:1", "LOAD_UNKNOWN_KEY"),
        ("other: 1\n", "rules.yaml:1:1", "LOAD_UNKNOWN_ITEM"),
        ("macro: a-b\ncondition: c\n", "rules.yaml:1:8", "LOAD_INVALID_MACRO_NAME"),
        ("list: a b\nitems: []\n", "rules.yaml:1:7", "LOAD_INVALID_LIST_NAME"),
    ],
)
def test_warnings(text: str, place: str, code: str) -> None:
    _, warnings, errors = read(text)
    assert not errors
    assert [(str(warning.location), warning.code) for warning in warnings] == [(place, code)]


def test_words_of_warnings_are_those_that_others_look_for() -> None:
    texts = ["other: 1", "rule: r\nunknown: 1", "macro: a-b\ncondition: c", "list: a b\nitems: []"]
    assert [read(text)[1][0].message for text in texts] == [
        "Unknown top level item",
        "Unknown key 'unknown'. The key will be ignored.",
        "Macro has an invalid name. Macro names must match a regular expression: "
        "([a-zA-Z]+[a-zA-Z0-9_]*)",
        "List has an invalid name. List names must match a regular expression: "
        "([^()\"'[:space:]=,]+)",
    ]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("rule:\n", "1:1", "Mapping for key 'rule' is empty"),
        ('rule: ""\n', "1:7", "Value must be non-empty"),
        ("rule: [a]\n", "1:7", "Value is not a scalar value"),
        ("rule: r\n? [a]\n: b\n", "2:3", "a key is one word"),
        ("rule: r\npriority: urgent\n", "2:11", "Invalid priority"),
        ("rule: r\nenabled: maybe\n", "2:10", "Can't decode YAML scalar value"),
        ("rule: r\ncapture_duration: -1\n", "2:19", "Can't decode YAML scalar value"),
        ("rule: r\ntags: a\n", "2:7", "Value is not a sequence"),
        ("rule: r\ntags: [a, [b]]\n", "2:11", "sequence value is not scalar"),
        ("rule: r\ntags: [a, ~]\n", "2:11", "sequence value is not scalar"),
        ("rule: r\noverride: {[a]: append}\n", "2:12", "a key is one word"),
        ("rule: r\noverride: {a: ''}\n", "2:15", "Value must be non-empty"),
        ("rule: r\nexceptions: a\n", "2:13", "Rule exceptions must be a sequence"),
        ("rule: r\nexceptions: [a]\n", "2:14", "Rule exception must be a mapping"),
        ("rule: r\nexceptions: [{fields: a}]\n", "2:14", "Item has no mapping for key 'name'"),
        (
            "rule: r\nexceptions: [{name: a, values: b}]\n",
            "2:32",
            "Rule exception values must be a sequence",
        ),
    ],
)
def test_faults_have_a_place(text: str, place: str, message: str) -> None:
    _, _, errors = read(text)
    assert [(str(error.location), error.message) for error in errors] == [
        (f"rules.yaml:{place}", message)
    ]
    assert errors[0].code == "LOAD_ERR_YAML_VALIDATE"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("rule: r\npriority: urgent\n", "Emergency, Alert"),
        ("rule: r\nenabled: maybe\n", "'enabled' is true or false, not 'maybe'"),
        ("rule: r\ncapture_duration: -1\n", "milliseconds"),
        ("rule: r\ncapture_duration: " + "9" * 5000 + "\n", "milliseconds"),
        ("rule: r\ntags: a\n", "such as [a, b]"),
    ],
)
def test_what_to_do_is_told_beside_the_message(text: str, remedy: str) -> None:
    _, _, errors = read(text)
    assert remedy in errors[0].remedy


@pytest.mark.parametrize("key", ["override", "exceptions", "source"])
def test_some_keys_may_be_empty(key: str) -> None:
    item, warnings, errors = read(f"rule: r\n{key}:\n")
    assert item is not None
    assert (warnings, errors) == ([], [])


def test_every_fault_of_an_item_is_found() -> None:
    _, _, errors = read("rule: r\npriority: urgent\nenabled: maybe\ntags: a\n")
    assert len(errors) == 3

# SPDX-License-Identifier: Apache-2.0
"""What encloses a place in a rules file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.errors import Location, RuleError
from falcomod.rules.outline import Outline
from falcomod.rules.text import SourceFile

TEXT = """\
- required_engine_version: 0.1.0
- required_plugin_versions:
    - name: one
      version: 0.1.0
      alternatives:
        - name: two
          version: 0.2.0
- list: words
  items: [a, bb]
- macro: m
  condition: >
    proc.name = a
  append: true
- rule: r
  desc: [d]
  condition: evt.type = open and more
  output: text
  priority: loud
  exceptions:
    - name: e
      fields: [f]
      values: [[a], [b]]
    - word
  override:
    tags: merge
- other: x
"""
VALIDATE, COMPILE = "LOAD_ERR_YAML_VALIDATE", "LOAD_ERR_COMPILE_CONDITION"


def levels(text: str, line: int, column: int, code: str) -> list[str]:
    """The levels below the content, each as type 'name' line:column, counting from 1."""
    fault = RuleError("no", Location("rules.yaml", line, column), code=code)
    content, *below = Outline(SourceFile("rules.yaml", text)).levels(fault)
    assert (content.item_type, content.place.line, content.place.column) == ("rules content", 1, 1)
    return [
        f"{level.item_type} '{level.item_name}' {level.place.line}:{level.place.column}"
        for level in below
    ]


@pytest.mark.parametrize(
    ("line", "column", "code", "expected"),
    [
        (1, 28, VALIDATE, ["required_engine_version '' 1:3"]),
        (2, 3, VALIDATE, ["required plugin versions '' 3:5"]),
        (4, 16, VALIDATE, ["required plugin versions '' 3:5",
                           "required plugin versions entry 'one' 3:7"]),
        (7, 20, VALIDATE, ["required plugin versions '' 3:5",
                           "required plugin versions entry 'one' 3:7",
                           "required plugin versions alternative 'two' 6:11"]),
        (8, 9, "LOAD_UNUSED_LIST", ["list 'words' 8:3"]),
        (9, 10, VALIDATE, ["list 'words' 8:3", "value for 'items' 9:10"]),
        (9, 14, VALIDATE, ["list 'words' 8:3", "value for 'items' 9:10", "list item '' 9:14"]),
        (10, 10, VALIDATE, ["macro 'm' 10:3"]),
        (12, 5, COMPILE, ["macro 'm' 10:3", "macro condition '' 11:14",
                          "condition expression '' 12:5"]),
        (12, 5, VALIDATE, ["macro 'm' 10:3", "value for 'condition' 11:14"]),
        (13, 3, VALIDATE, ["macro 'm' 10:3"]),
        (13, 11, VALIDATE, ["macro 'm' 10:3", "value for 'append' 13:11"]),
        (15, 9, VALIDATE, ["rule 'r' 14:3", "value for 'desc' 15:9"]),
        (16, 30, "LOAD_ERR_VALIDATE", ["rule 'r' 14:3", "condition expression '' 16:30"]),
        (16, 30, "LOAD_DEPRECATED_ITEM", ["rule 'r' 14:3", "rule condition '' 16:14"]),
        (16, 14, "LOAD_NO_EVTTYPE", ["rule 'r' 14:3"]),
        (17, 11, "LOAD_ERR_COMPILE_OUTPUT", ["rule 'r' 14:3", "rule output '' 17:11"]),
        (18, 13, VALIDATE, ["rule 'r' 14:3", "rule priority '' 18:13"]),
        (20, 7, VALIDATE, ["rule 'r' 14:3", "exception 'e' 20:7"]),
        (20, 13, "LOAD_APPEND_NO_VALUES", ["rule 'r' 14:3", "exception 'e' 20:7"]),
        (21, 15, VALIDATE, ["rule 'r' 14:3", "exception 'e' 20:7", "value for 'fields' 21:15"]),
        (22, 22, VALIDATE, ["rule 'r' 14:3", "exception 'e' 20:7", "exception values '' 22:15",
                            "exception value '' 22:21"]),
        (23, 7, VALIDATE, ["rule 'r' 14:3", "exceptions '' 20:5", "exception '' 23:7"]),
        (25, 5, VALIDATE, ["rule 'r' 14:3", "overrides '' 25:5", "overrides 'tags' 25:5"]),
        (25, 11, VALIDATE, ["rule 'r' 14:3", "overrides '' 25:5", "value for 'tags' 25:11"]),
        (26, 3, "LOAD_UNKNOWN_ITEM", ["rules content item '' 26:3"]),
        (3, 1, "LOAD_ERR_YAML_PARSE", ["value for '' 3:1"]),
        (0, 0, "LOAD_ERR_FILE_READ", []),
    ],
)  # fmt: skip
def test_levels(line: int, column: int, code: str, expected: list[str]) -> None:
    assert levels(TEXT, line, column, code) == expected


def test_a_condition_is_named_by_its_first_words() -> None:
    fault = RuleError("no", Location("rules.yaml", 16, 30), code=COMPILE)
    outline = Outline(SourceFile("rules.yaml", TEXT))
    assert outline.levels(fault)[-1].name == '"evt.type = open a..."'
    short = RuleError("no", Location("rules.yaml", 12, 5), code=COMPILE)
    assert outline.levels(short)[-1].name == '"proc.name = a "'


def test_items_beside_a_fault_of_yaml_are_known() -> None:
    text = "- list: a\n  items: 1\n- [\n- list: b\n  items: 2\n"
    assert levels(text, 2, 10, VALIDATE) == ["list 'a' 1:3", "value for 'items' 2:10"]
    assert levels(text, 5, 10, VALIDATE) == ["list 'b' 4:3", "value for 'items' 5:10"]


def test_an_item_has_a_path() -> None:
    outline = Outline(SourceFile("rules.yaml", TEXT))
    place = Location("rules.yaml", 9, 10)
    assert outline.path(RuleError("no", place)) == "<root>[2]"
    assert Outline(SourceFile("rules.yaml", "x")).path(RuleError("no", place)) == "<root>"


@given(
    st.lists(st.sampled_from(TEXT.splitlines()), max_size=12).map("\n".join),
    st.integers(0, 14),
    st.integers(0, 40),
    st.sampled_from([VALIDATE, COMPILE, "LOAD_ERR_VALIDATE"]),
)
def test_any_place_in_any_text_has_levels(text: str, line: int, column: int, code: str) -> None:
    levels(text, line, column, code)

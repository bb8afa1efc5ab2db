# SPDX-License-Identifier: Apache-2.0
"""YAML text to nodes with places."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.errors import RuleError
from falcomod.rules.document import Mapping, Sequence, is_null, items_apart, read_documents
from falcomod.rules.text import Scalar, SourceFile


def read(text: str) -> list[object]:
    return list(read_documents(SourceFile("rules.yaml", text)))


def test_scalars_stay_as_typed() -> None:
    (root,) = read("- yes\n- 0x10\n- 1.50\n- '~'\n- ~\n")
    assert isinstance(root, Sequence)
    values = [item.value for item in root.items if isinstance(item, Scalar)]
    assert values == ["yes", "0x10", "1.50", "~", "~"]
    assert [is_null(item) for item in root.items] == [False, False, False, False, True]


def test_collections_know_where_they_begin() -> None:
    (root,) = read("# note\n- a: 1\n  b: [x, y]\n")
    assert isinstance(root, Sequence)
    assert isinstance(root.items[0], Mapping)
    assert str(root.items[0].location) == "rules.yaml:2:3"
    _, value = root.items[0].pairs[1]
    assert isinstance(value, Sequence)
    assert str(value.location) == "rules.yaml:3:6"


def test_every_document_of_a_file_is_read() -> None:
    assert len(read("- a\n---\n---\n- b\n")) == 3


def test_alias_stands_for_its_anchor() -> None:
    (root,) = read("- &x [a]\n- *x\n")
    assert isinstance(root, Sequence)
    assert root.items[0] is root.items[1]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("- a: [b\n- c", "rules.yaml:2:4", "not YAML"),
        ("a: b: c", "rules.yaml:1:5", "not YAML"),
        ("- a\n- *no\n", "rules.yaml:2:3", "no anchor 'no'"),
        ("&x [*x]", "rules.yaml:1:5", "no anchor 'x'"),
        ("- a\n- b\x07\n", "rules.yaml:2:4", "control character"),
        ("[" * 40, "rules.yaml:1:33", "more than 32"),
    ],
)
def test_faults_have_a_place(text: str, place: str, message: str) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        read(text)
    assert str(caught.value.location) == place
    assert caught.value.code == "LOAD_ERR_YAML_PARSE"


def test_items_stand_apart_at_their_places() -> None:
    text = "# note\n- a: 1\n  b: [x,\n  - y]\n---\n-\n  c: 2\n...\n-d\n- e"
    file = SourceFile("rules.yaml", text)
    found = list(items_apart(file))
    assert [part.strip() for part in found] == ["- a: 1\n  b: [x,\n  - y]", "-\n  c: 2", "- e"]
    for part in found:
        start = len(part) - len(part.lstrip())
        assert text.startswith(part.strip(), start)
        assert part[:start].count("\n") == text[:start].count("\n")
    (root,) = read_documents(file, found[1])
    assert isinstance(root, Sequence)
    assert str(root.items[0].location) == "rules.yaml:7:3"


@given(st.text(alphabet="-:[]{}&*!|>'\"#%@`,?ab \n\t\0\ufeff", max_size=40) | st.text(max_size=40))
def test_any_text_gives_nodes_or_a_rule_error(text: str) -> None:
    with contextlib.suppress(RuleError):
        read(text)

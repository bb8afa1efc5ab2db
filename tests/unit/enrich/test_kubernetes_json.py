# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.enrich.kubernetes_json import flag, identity, labels, member, members, text
from falcomod.enrich.runtime import ITEMS_MAX, LABEL_MAX, TEXT_MAX

NOT_OBJECTS: list[Any] = [None, 1, "a", [], [{}], {"key": 1}, {"key": None}, {"key": "a"}, {}]


@pytest.mark.parametrize("value", NOT_OBJECTS)
def test_what_is_no_object_has_no_members(value: Any) -> None:
    assert member(value, "key") == {}
    assert members(value, "key") == []


def test_members_are_objects_and_not_too_many() -> None:
    assert members({"key": [{"a": 1}, 2, None, {"b": 3}]}, "key") == [{"a": 1}, {"b": 3}]
    assert len(members({"key": [{}] * 1000}, "key")) == ITEMS_MAX


@pytest.mark.parametrize("value", [None, 1, [], {}, True, "a\0b", "x" * (TEXT_MAX + 1)])
def test_what_is_no_text_is_empty(value: Any) -> None:
    assert text(value) == ""


@pytest.mark.parametrize("value", [None, 1, "", "a b\n", "\u00e4", "x" * 256, "x\x00"])
def test_what_cannot_be_an_id_is_empty(value: Any) -> None:
    assert identity(value) == ""


def test_ids() -> None:
    for value in ("0b460387-963e-4f92-95f5-c90e5087a9fa", "f" * 64, "containerd://ab"):
        assert identity(value) == value


def test_labels_that_cannot_be_kept_are_left_out() -> None:
    given = {
        "a": "b",
        "empty": "",
        "long": "x" * (LABEL_MAX + 1),
        "number": 1,
        "nul": "\0",
        "": "x",
    }
    assert labels(given) == {"a": "b", "empty": ""}
    assert labels(["a"]) == {}
    assert len(labels({str(i): "" for i in range(1000)})) == ITEMS_MAX


def test_halves_of_characters_are_replaced_because_they_cannot_be_encoded() -> None:
    assert text("a\ud800b") == "a?b"
    assert identity("a\ud800b") == "a?b"
    assert labels({"k\udfff": "v\ud800", "b": "c"}) == {"k?": "v?", "b": "c"}


def test_flag_is_a_boolean_or_unknown() -> None:
    assert flag(True) is True
    assert flag(False) is False
    assert flag(1) is None
    assert flag("true") is None

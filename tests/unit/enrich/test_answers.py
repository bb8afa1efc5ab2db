# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import pytest

from falcomod.enrich.answers import (
    JSON_MAX,
    PAIRS_MAX,
    at,
    items,
    json_object,
    known,
    labels,
    mapping,
    pairs_of,
    text,
    value_of,
)
from falcomod.enrich.proto import containerd_pb2 as pb
from falcomod.enrich.runtime import ITEMS_MAX, LABEL_MAX, TEXT_MAX


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("nginx", "nginx"),
        (b"nginx", "nginx"),
        ("naïve", "naïve"),
        ("naïve".encode(), "naïve"),
        (b"a\xffb", "a\ufffdb"),
        ("a\ud800b", "a?b"),
        ("", None),
        (b"", None),
        ("a\0b", None),
        (b"a\0b", None),
        (None, None),
        (7, None),
        (True, None),
        ([], None),
        ({}, None),
        ("x" * TEXT_MAX, "x" * TEXT_MAX),
        ("x" * (TEXT_MAX + 1), None),
        (b"x" * (TEXT_MAX + 1), None),
        (b"x" * 10_000_000, None),
        ("€".encode() * TEXT_MAX, "€" * TEXT_MAX),
    ],
)
def test_text(value: object, expected: str | None) -> None:
    assert text(value) == expected


def test_labels_keep_empty_values_and_leave_out_what_is_no_label() -> None:
    pairs = [("a", "1"), (b"b", b""), ("c", None), ("", "x"), (5, "y"), ("d", 5), ("e", "e" * 100)]
    assert labels(pairs) == {"a": "1", "b": "", "e": "e" * 100}
    assert labels([("long", "x" * (LABEL_MAX + 1)), ("b", "1")]) == {"b": "1"}


def test_labels_are_bounded_in_number() -> None:
    assert len(labels((str(i), "x") for i in range(ITEMS_MAX + 5))) == ITEMS_MAX
    looked_at = iter(range(PAIRS_MAX + 5))
    assert labels((i, "no label") for i in looked_at) == {}
    assert next(looked_at) == PAIRS_MAX


def test_maps_of_messages() -> None:
    message = pb.Container(
        labels=[pb.Pair(key=b"a", value=b"1"), pb.Pair(key=b"b", value=b"x" * 200)]
    )
    assert labels(pairs_of(message.labels)) == {"a": "1"}
    assert value_of(message.labels, b"b") == b"x" * 200
    assert value_of(message.labels, b"c") == b""


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":"' + b"x" * JSON_MAX + b'"}',
        b'{"a":' + b"9" * 10_000 + b"}",
    ],
    ids=lambda document: repr(document[:8]),
)
def test_what_is_no_object_is_an_empty_one(document: bytes) -> None:
    assert json_object(document) == {}


def test_paths_into_json() -> None:
    document = json_object(json.dumps({"a": {"b": [1, 2]}, "c": None}))
    assert at(document, "a", "b") == [1, 2]
    assert at(document, "a", "x", "b") is None
    assert at(document, "a", "b", "c") is None
    assert at(document, "c", "d") is None
    assert items(at(document, "a", "b")) == [1, 2]
    assert items(at(document, "a")) == []
    assert len(items([0] * 1000)) == ITEMS_MAX
    assert mapping(at(document, "a")) == {"b": [1, 2]}
    assert mapping(at(document, "a", "b")) == {}


def test_known() -> None:
    assert known({"a": None, "b": "", "c": False}) == {"b": "", "c": False}

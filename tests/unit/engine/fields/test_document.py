# SPDX-License-Identifier: Apache-2.0
"""Steps through a document and texts of values, seen through jevt.value and ka.user.groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.engine.fields.documents import look

DOCUMENT: dict[str, Any] = {
    "text": "é\0x",
    "": "nothing",
    "list": [7, [8, {"a/b": {"m~n": "deep"}}]],
    "object": {"b": 1, "a": [True, None, 1.5, "é", -3]},
    "null": None,
    "true": True,
    "number": 12345678901234567890,
    "half": "\ud800",
    "0": "zero",
}


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        ("/text", "é\0x"),
        ("text", "é\0x"),
        ("/", "nothing"),
        ("/list", '[7,[8,{"a/b":{"m~n":"deep"}}]]'),
        ("/list/0", "7"),
        ("/list/1/1/a~1b/m~0n", "deep"),
        ("/list/2", None),
        ("/list/-1", None),
        ("/list/+1", None),
        ("/list/00000000001", None),
        ("/list/\N{ARABIC-INDIC DIGIT ZERO}", None),
        ("/list/x", None),
        ("/object", '{"b":1,"a":[true,null,1.5,"é",-3]}'),
        ("/object/a/4", "-3"),
        ("/null", "null"),
        ("/null/a", None),
        ("/true", "true"),
        ("/text/0", None),
        ("/number", "12345678901234567890"),
        ("/half", "?"),
        ("/0", "zero"),
        ("/missing", None),
    ],
)
def test_what_a_pointer_leads_to(pointer: str, text: str | None) -> None:
    assert look(DOCUMENT, f"jevt.value[{pointer}]") == [(text, text)]


def test_items_of_a_list() -> None:
    groups = ["a", 1, None, {"x": []}, "\udfff", ""]
    event = {"auditID": "1", "user": {"groups": groups}}
    assert look(event, "ka.user.groups")[0][1] == ["a", "1", "null", '{"x":[]}', "?", ""]


def test_a_list_is_cut_where_nobody_reads_on() -> None:
    event = {"auditID": "1", "user": {"groups": [str(number) for number in range(5000)]}}
    assert look(event, "ka.user.groups")[0][1] == [str(number) for number in range(4096)]


@pytest.mark.parametrize("groups", [[], None, {}, "system:masters", 3])
def test_what_is_no_list_or_has_no_items_is_no_value(groups: Any) -> None:
    assert look({"auditID": "1", "user": {"groups": groups}}, "ka.user.groups") == [(None, None)]


def test_nesting_that_cannot_be_written_is_no_value() -> None:
    deep: Any = "bottom"
    for _ in range(100_000):
        deep = [deep]
    event = {
        "auditID": "1",
        "deep": deep,
        "requestObject": {"data": deep},
        "user": {"groups": deep},
    }
    names = ("jevt.value[/deep]", "jevt.obj", "ka.req.configmap.obj", "ka.user.groups")
    assert look(event, *names) == [(None, None)] * 4
    while isinstance(deep, list):  # or its end would be as deep
        deep = deep.pop()

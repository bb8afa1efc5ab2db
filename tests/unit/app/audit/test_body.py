# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.app.audit import body as audit_body
from falcomod.app.audit.body import found_in, texts_of, value_of
from falcomod.app.audit.events import AuditFault

EVENT = {"kind": "Event", "auditID": "1"}


def values(body: bytes) -> list[Any]:
    return [value_of(text)[0] for text in texts_of(body)]


@pytest.mark.parametrize("is_small", [True, False])
def test_what_is_found_is_the_same_whatever_the_size(
    is_small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_body, "EVENT_BYTES_MAX", 1000 if is_small else 40)
    found = list(found_in(b'[{"kind":"Event"}, 7, {"a":tru},{"auditID":"1"}]'))
    events = [one.value for one in found if isinstance(one.value, dict)]
    assert events == [{"kind": "Event"}, {"auditID": "1"}]
    assert len(found) == 4
    assert [type(one.value) for one in found].count(AuditFault) == 1
    assert all(0 < one.size_bytes < 30 for one in found)
    assert list(found_in(b'{"kind":"EventList","items":[]}')) == []
    with pytest.raises(AuditFault, match=r"^no JSON"):
        found_in(b'[{"kind":"Event"} {"kind":"Event"}]')


@pytest.mark.parametrize(
    ("document", "events"),
    [
        (EVENT, [EVENT]),
        ([EVENT, 7], [0, EVENT]),
        ([1, "]", EVENT, None, [2], 3, EVENT], [0, 0, 0, 0, EVENT, 0, EVENT]),
        ([7], [0]),
        ([], []),
        ({"kind": "EventList", "items": [EVENT, EVENT]}, [EVENT, EVENT]),
        ({"items": [EVENT], "x": {"kind": "No"}, "kind": "EventList"}, [EVENT]),
        ({"kind": "EventList", "items": None}, []),
        ({"kind": "EventList"}, []),
        ({"kind": "EventList", "items": 3}, [0]),
        ({"kind": "EventList", "items": EVENT}, [EVENT]),
        ({"kind": ["EventList"], "items": [EVENT]}, [{"kind": ["EventList"], "items": [EVENT]}]),
        ("text", ["text"]),
    ],
)
@pytest.mark.parametrize("space", ["", " \r\n\t"])
def test_what_stands_where_events_are_expected(
    document: Any, events: list[Any], space: str
) -> None:
    body = f"{space}{json.dumps(document, indent=2)}{space}".encode()
    assert values(body) == events


def test_names_may_be_escaped_and_the_last_of_two_counts() -> None:
    body = b'{"kind":"Pod","k\\u0069nd":"\\u0045ventList","items":[1],"\\u0069tems":[{"a":"\\"]"}]}'
    assert values(body) == [{"a": '"]'}]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"nul", b'{"a":1}}', b"[1,]", b"[1 2]", b'[{"a"}]', b"[" * 100_000,
     b"[1,{},,{}]", b"[{} {}]", b"[{}1,{}]", b"[,{}]", b"[{},]", b"{]", b"[}", b'["]', b'[{"]',
     b'{"kind":"EventList","items":[{} {}]}', b'{"kind":"EventList","items":[{}]} x',
     b'{"kind":"EventList" "items":[{}]}', b'{"a":' * 100_000,
     b'{"kind":"EventList","items":' + b"[" * 100_000],
)  # fmt: skip
def test_no_json(body: bytes) -> None:
    with pytest.raises(AuditFault, match=r"^no JSON: ") as caught:
        values(body)
    assert caught.value.status == 400


def test_values_of_a_body_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_body, "VALUES_MAX", 100)
    assert len(values(b"[" + b",".join([b"[]"] * 50) + b"]")) == 50
    with pytest.raises(AuditFault, match="more than 100 values") as caught:
        texts_of(b"[" + b",".join([b"[]"] * 60) + b"]")
    assert caught.value.status == 413


def test_large_event_is_cut_to_what_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_body, "EVENT_VALUES_MAX", 20)
    event: dict[str, object] = {
        "requestObject": [0] * 30,
        "responseObject": {"small": [1]},
        "verb": "create",
        "user": {"username": "u"},
        "another": [0] * 19,
    }
    assert value_of(json.dumps(event).encode()) == (
        {"verb": "create", "user": {"username": "u"}, "responseObject": {"small": [1]}},
        True,
    )


def test_long_event_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_body, "EVENT_BYTES_MAX", 100)
    assert value_of(b'{"verb":"get","user":["me"],"requestObject":["%s"]}' % (b"a" * 96)) == (
        {"verb": "get", "user": ["me"]},
        True,
    )
    for text in (b'{"verb":"%s"}', b'"%s"'):
        with pytest.raises(AuditFault, match="too l") as caught:
            value_of(text % (b"a" * 100))
        assert caught.value.status == 413


def test_what_stands_between_events_is_bounded() -> None:
    assert len(values(b"[{},%s]" % b",".join([b"0"] * 30_000))) == 30_001
    with pytest.raises(AuditFault, match="no event") as caught:
        texts_of(b"[{},%s]" % b",".join([b"0"] * 40_000))
    assert caught.value.status == 413


def test_object_of_too_many_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_body, "EVENT_VALUES_MAX", 20)
    keys = ",".join(f'"{name}":0' for name in range(30)).encode()
    for body in (b"{%s}" % keys, b"[{%s}]" % keys):
        with pytest.raises(AuditFault, match="too many values") as caught:
            values(body)
        assert caught.value.status == 413


@pytest.mark.parametrize("piece", [b'"a",', b'"\\"', b"0,", b'"', b'["",'])
def test_time_that_is_in_proportion_to_the_size(piece: bytes) -> None:
    with pytest.raises(AuditFault):
        values(b"[" + piece * 400_000)


@given(
    st.recursive(
        st.none() | st.integers(0, 9) | st.text('a[]{}\\",:\u00e9', max_size=4),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text('k{"', max_size=2), inner)
        ),
        max_leaves=12,
    ).map(lambda value: value if isinstance(value, list) else [value])
)
def test_objects_of_a_list_are_found_whatever_is_beside_them(document: list[Any]) -> None:
    found = values(json.dumps(document).encode())
    assert len(found) == len(document)
    assert [value for value in found if value] == [
        one for one in document if isinstance(one, dict) and one
    ]


def test_what_is_too_large_and_no_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_body, "EVENT_VALUES_MAX", 20)
    with pytest.raises(AuditFault):
        value_of(b"[" + b"0," * 30 + b"0]")

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest

from falcomod.app.audit.events import AuditFault, events_of, is_event

EVENT = {"kind": "Event", "auditID": "1"}


@pytest.mark.parametrize(
    ("document", "events"),
    [
        (EVENT, [EVENT]),
        ([EVENT, 7], [EVENT, 7]),
        ([], []),
        ({"kind": "EventList", "items": [EVENT, EVENT]}, [EVENT, EVENT]),
        ({"kind": "EventList", "items": None}, []),
        ({"kind": "EventList"}, []),
        ({"kind": "EventList", "items": 3}, [3]),
        ("text", ["text"]),
    ],
)
def test_what_stands_where_events_are_expected(document: Any, events: list[Any]) -> None:
    assert events_of(json.dumps(document).encode()) == events


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000, b"nul", b'{"a":1}}'])
def test_no_json(text: bytes) -> None:
    with pytest.raises(AuditFault, match=r"^no JSON: ") as caught:
        events_of(text)
    assert (caught.value.column > 0, caught.value.status) == (True, 400)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (EVENT, True),
        ({"kind": "Event"}, True),
        ({"auditID": "1"}, True),
        ({"verb": "get"}, True),
        ({"kind": None, "verb": "get"}, True),
        ({"kind": "Pod", "auditID": "1"}, False),
        ({"kind": ["Event"]}, False),
        ({}, False),
        ({"metadata": {}}, False),
        ([EVENT], False),
        ("Event", False),
        (None, False),
    ],
)
def test_what_can_be_an_event(value: object, expected: bool) -> None:
    assert is_event(value) is expected

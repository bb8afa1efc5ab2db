# SPDX-License-Identifier: Apache-2.0
"""Audit events of Kubernetes out of a piece of JSON: a line of a log, a request's body.

It is an event (audit.k8s.io/v1 Event), a list of them as the API server posts it
({"kind": "EventList", "items": [...]}), or a JSON array of events.
"""

from __future__ import annotations

from typing import Any

import orjson

KIND_LIST = "EventList"
KIND_EVENT = "Event"
# Of what names no kind, as the items of a list do not: what an event has.
EVENT_KEYS = frozenset({"auditID", "stage", "verb", "requestURI", "objectRef"})


class AuditFault(ValueError):
    """What is no audit event; the message says why.

    *column* is the place in a line that is no JSON, from 1; 0 where that is not it.
    """

    def __init__(self, reason: str, *, column: int = 0, status: int = 400) -> None:
        super().__init__(reason)
        self.column = column
        self.status = status  # of HTTP, as whoever posted it is told


def events_of(text: bytes) -> list[Any]:
    """The values that stand where events are expected; raises AuditFault for what is no JSON."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise AuditFault(f"no JSON: {error.msg}", column=error.colno) from None
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and document.get("kind") == KIND_LIST:
        items = document.get("items")
        if items is None:  # as Go writes a list of none
            return []
        return items if isinstance(items, list) else [items]
    return [document]


def is_event(value: object) -> bool:
    """Whether a value can be an event: an object of that kind, or with what events have."""
    if not isinstance(value, dict):
        return False
    kind = value.get("kind")
    return kind == KIND_EVENT if kind is not None else not EVENT_KEYS.isdisjoint(value)

# SPDX-License-Identifier: Apache-2.0
"""A posted body, event by event: an event becomes values when its turn comes.

A value may take 34 times the memory of its text, so that a large body is never there as values
as a whole.  Where events begin and end is found by brackets alone; what is between them, orjson
reads.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, repeat
from typing import Any, NamedTuple

import orjson

from falcomod.app.audit.events import KIND_LIST, AuditFault, events_of

# Values at the most, by what they begin or end with.  Events with whole objects have one in
# 11 bytes.  Of a body they bound the time it takes, of an event the memory: 150 bytes each at
# the worst.
VALUE_MARKS = (b",", b"[", b"{")
VALUES_MAX = 2_000_000
EVENT_VALUES_MAX = 300_000
EVENT_BYTES_MAX = 8 << 20  # a character may take four times the memory of its byte
OTHERS_MAX = 65536  # bytes of what is neither object nor array between two that are

WHITE = b" \t\r\n"  # RFC 8259, section 2
OPENING = frozenset(b"[{")
CLOSING = ord("]") - ord("[")  # and as far is } from {
# To behind the next bracket that is in no string.  Possessive: nothing is kept to come back to.
TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+[\[\]{}]', re.DOTALL)
COMMA = re.compile(rb"[ \t\r\n]*+,[ \t\r\n]*+")
NO_EVENT = b"0"


class Found(NamedTuple):
    """What stands where an event is expected."""

    value: Any  # an AuditFault, where it is no JSON
    size_bytes: int  # of its text, more or less
    is_cut: bool = False  # the event was too large, and objects of it are left out


def found_in(body: bytes) -> Iterator[Found]:
    """All that a body has, one after the other; raises AuditFault where it is broken as a whole."""
    if _is_small(body):  # as most are: read at once, it costs a quarter of the time
        with suppress(AuditFault):
            values = events_of(body)
            return (Found(value, len(body) // len(values)) for value in values)
    return map(_found, texts_of(body))


def _found(text: bytes) -> Found:
    try:
        value, is_cut = value_of(text)
    except AuditFault as fault:
        return Found(fault, len(text))
    return Found(value, len(text), is_cut)


def texts_of(body: bytes) -> Iterator[bytes]:
    """The text of each value that stands where an event is expected.

    Raises AuditFault for what is no JSON as a whole.  Within objects, only the brackets are
    known to be right; values that cannot be events may come as another that cannot.
    """
    if _marks(body) > VALUES_MAX:
        raise AuditFault(f"more than {VALUES_MAX} values", status=413)
    text = body.strip(WHITE)
    if text[:1] == b"[":
        return _items(text, 0, len(text))
    if text[:1] != b"{":
        return iter([text])
    spans = _inside(text, 0, len(text))
    outline = _outline(text, spans)
    if outline.get("kind") != KIND_LIST:
        return iter([text])
    items = outline.get("items")
    if items is None:  # as Go writes a list of none
        return iter(())
    if not isinstance(items, list):
        return iter([NO_EVENT])
    begin, end = spans[2 * items[0]], spans[2 * items[0] + 1]
    return _items(text, begin, end) if text[begin] == ord("[") else iter([text[begin:end]])


def value_of(text: bytes) -> tuple[Any, bool]:
    """The value, and whether it is cut: of too large an event, objects are left out.

    Raises AuditFault for what is no JSON.
    """
    if _is_small(text):
        return _loads(text), False
    if text[:1] != b"{":
        raise AuditFault("it is too large, and no event", status=413)
    return _cut(text), True


def _items(text: bytes, begin: int, end: int) -> Iterator[bytes]:
    """The texts of what is in an array, when all between them is known to be right."""
    spans = _inside(text, begin, end)
    others, at = 0, begin + 1
    for place in range(0, len(spans) + 1, 2):
        is_last = place == len(spans)
        until = end - 1 if is_last else spans[place]
        if not place or is_last or not COMMA.fullmatch(text, at, until):
            others += _others(text[at:until], is_first=not place, is_last=is_last)
        if not is_last:
            at = spans[place + 1]
    return chain(
        repeat(NO_EVENT, others),
        (
            text[spans[place] : spans[place + 1]] if text[spans[place]] == ord("{") else NO_EVENT
            for place in range(0, len(spans), 2)
        ),
    )


def _others(gap: bytes, *, is_first: bool, is_last: bool) -> int:
    """How many values are between two brackets; raises AuditFault."""
    if len(gap) > OTHERS_MAX:
        raise AuditFault("too much in it is no event", status=413)
    before, behind = b"" if is_first else NO_EVENT, b"" if is_last else NO_EVENT
    return len(_loads(b"[%s%s%s]" % (before, gap, behind))) - (not is_first) - (not is_last)


def _cut(text: bytes) -> dict[str, Any]:
    """An event without what is too large in it; no rule can look at that."""
    spans = _inside(text, 0, len(text))
    event = _outline(text, spans)
    room, room_bytes = EVENT_VALUES_MAX, EVENT_BYTES_MAX
    nested = [(name, value[0]) for name, value in event.items() if isinstance(value, list)]
    for name, place in sorted(nested, key=lambda one: spans[2 * one[1] + 1] - spans[2 * one[1]]):
        part = text[spans[2 * place] : spans[2 * place + 1]]
        marks = _marks(part)
        if marks <= room and len(part) <= room_bytes:
            room, room_bytes = room - marks, room_bytes - len(part)
            event[name] = _loads(part)
        else:
            del event[name]
    return event


def _outline(text: bytes, spans: array[int]) -> dict[str, Any]:
    """An object with [N] in place of the Nth object or array in it."""
    if len(spans) > EVENT_VALUES_MAX:
        raise AuditFault("an object of too many values, or too long", status=413)
    pieces: list[bytes] = []
    at = 0
    for place in range(0, len(spans), 2):
        pieces += (text[at : spans[place]], b"[%d]" % (place // 2))
        at = spans[place + 1]
    outline = b"".join((*pieces, text[at:]))
    if len(outline) > EVENT_BYTES_MAX or _marks(outline) > EVENT_VALUES_MAX:
        raise AuditFault("an object of too many values, or too long", status=413)
    found = _loads(outline)
    if not isinstance(found, dict):
        raise AuditFault("no JSON: a bracket is closed by another")
    return found


def _inside(text: bytes, begin: int, end: int) -> array[int]:
    """Where objects and arrays right in the one at *begin* begin and end, one after the other.

    Raises AuditFault where that one does not end at *end*.
    """
    spans = array("Q")
    depth, at = 0, begin
    while (found := TO_BRACKET.match(text, at, end)) is not None:
        at = found.end()
        if text[at - 1] in OPENING:
            depth += 1
            if depth == 2:
                spans.append(at - 1)
        else:
            depth -= 1
            if depth == 1:
                spans.append(at)
            elif not depth:
                break
    if depth or at != end or text[at - 1] - text[begin] != CLOSING:
        raise AuditFault("no JSON: its brackets and quotes do not match")
    return spans


def _is_small(text: bytes) -> bool:
    """Whether its values may be there all at once."""
    return len(text) <= EVENT_BYTES_MAX and _marks(text) <= EVENT_VALUES_MAX


def _marks(text: bytes) -> int:
    return sum(text.count(mark) for mark in VALUE_MARKS)


def _loads(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise AuditFault(f"no JSON: {error.msg}", column=error.colno) from None

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.record_builder import build
from tests.unit.engine.fields.host import CLIENT, FILE, PIPE, TS, Case, host, look

OPEN = build("openat", ts=TS, tid=200, fd=FILE, dirfd="AT_FDCWD", name="keys", flags=["O_RDONLY"])
WRITE = build("write", ts=TS, tid=200, res=5, fd=CLIENT, data=b"ab\0\xff\n", size=5)
FAILED_WRITE = build("write", ts=TS, tid=200, res=-32, fd=CLIENT, data=b"", size=5)


def moved(event: str, fd: int) -> bytes:
    return build(event, ts=TS, tid=200, res=7, fd=fd, data=b"x", size=9)


# Direction and kind by field: what a record must have for the field to have a value.
PARTS = {
    "evt.buflen.in": ({"read"}, {FILE, CLIENT, PIPE}),
    "evt.buflen.out": ({"write"}, {FILE, CLIENT, PIPE}),
    "evt.buflen.file": ({"read", "write"}, {FILE}),
    "evt.buflen.file.in": ({"read"}, {FILE}),
    "evt.buflen.file.out": ({"write"}, {FILE}),
    "evt.buflen.net": ({"read", "write"}, {CLIENT}),
    "evt.buflen.net.in": ({"read"}, {CLIENT}),
    "evt.buflen.net.out": ({"write"}, {CLIENT}),
}

CASES = [
    Case("evt.buflen", WRITE, "5", 5),
    Case("evt.buflen", FAILED_WRITE, None, None),
    Case("evt.buflen", OPEN, None, None),
    *(
        Case(
            field, moved(event, fd), *(("7", 7) if event in events and fd in fds else (None, None))
        )
        for field, (events, fds) in PARTS.items()
        for event in ("read", "write")
        for fd in (FILE, CLIENT, PIPE)
    ),
    *(Case(field, FAILED_WRITE, None, None) for field in PARTS),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)

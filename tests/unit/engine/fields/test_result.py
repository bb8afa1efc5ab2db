# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.record_builder import build, generic
from tests.unit.engine.fields.host import CLIENT, FILE, PIPE, TS, UNIX, Case, host, look

OPEN = build("openat", ts=TS, tid=200, fd=FILE, dirfd="AT_FDCWD", name="keys", flags=["O_RDONLY"])
MISSING = build("openat", ts=TS, tid=200, fd=-2, dirfd="AT_FDCWD", name="/x", flags=0)
GETUID = build("getuid", ts=TS, tid=200, uid=1000)
PROCEXIT = build("procexit", ts=TS, tid=200, status=0)
UMASK = generic("umask", ts=TS, tid=200)


def failed(event: str, **params: object) -> bytes:
    return build(event, ts=TS, tid=200, **params)


REFUSED_CONNECT = failed("connect", res=-111, fd=99)
FULL = failed("mmap", res=-12, fd=-1)
FAILED_CHDIR = failed("chdir", res=-2, path="/x")


def on(fd: int) -> bytes:
    return failed("read", res=-5, fd=fd)


# Field → records of which it is 1; for all others of these it has no value.
COUNTED = {
    "evt.count.error": [
        MISSING, REFUSED_CONNECT, FULL, FAILED_CHDIR, on(FILE), on(CLIENT), on(UNIX), on(PIPE),
    ],
    "evt.count.error.file": [MISSING, on(FILE)],
    "evt.count.error.net": [REFUSED_CONNECT, on(CLIENT), on(UNIX)],
    "evt.count.error.memory": [FULL],
    "evt.count.error.other": [FAILED_CHDIR, on(PIPE)],
}  # fmt: skip
EVERY = [*COUNTED["evt.count.error"], OPEN, GETUID, PROCEXIT, UMASK]

CASES = [
    Case("evt.res", OPEN, *2 * ("SUCCESS",)),
    Case("evt.res", MISSING, *2 * ("ENOENT",)),
    Case("evt.res", GETUID, *2 * ("SUCCESS",)),
    Case("evt.res", build("chdir", ts=TS, tid=200, res=-512, path="/"), *2 * ("ERESTARTSYS",)),
    Case("evt.res", build("chdir", ts=TS, tid=200, res=-599, path="/"), *2 * ("599",)),
    Case("evt.res", PROCEXIT, None, None),
    Case("evt.res", UMASK, None, None),
    Case("evt.rawres", OPEN, "3", 3),
    Case("evt.rawres", MISSING, "-2", -2),
    Case("evt.rawres", GETUID, "1000", 1000),
    Case("evt.failed", OPEN, "false", False),
    Case("evt.failed", MISSING, "true", True),
    Case("evt.failed", PROCEXIT, "false", False),
    *(
        Case(field, record, "1", 1) if record in records else Case(field, record, None, None)
        for field, records in COUNTED.items()
        for record in EVERY
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)

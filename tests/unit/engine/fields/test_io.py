# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import FD_TYPES, State
from tests.record_builder import build
from tests.unit.engine.fields.host import FILE, TS, Case, host, look


def call(event: str, /, **params: Any) -> bytes:
    return build(event, ts=TS, tid=200, **params)


READ = call("read", res=1, fd=FILE, data=b"x", size=1)
WRITE = call("write", res=1, fd=FILE, data=b"x", size=1)
POLL = call("poll", res=0)
RDWR = call("openat", fd=-13, name="/x", flags=["O_RDWR"])
RDONLY = call("open", fd=-13, name="/x", flags=["O_RDONLY", "O_CREAT"], mode=0o644)
WRONLY = call("openat2", fd=-13, name="/x", flags=["O_WRONLY", "O_F_CREATED"], mode=0o700)
HANDLE = call("open_by_handle_at", fd=-13, flags=["O_RDWR", "O_CREAT"], path="/x")
SCRIPT = call("openat", fd=-13, name="/x", flags=["O_WRONLY", "O_CREAT"], mode=0o744)
UNMADE = call("openat", fd=-13, name="/x", flags=["O_WRONLY"], mode=0o744)
CREAT = call("creat", fd=-13, name="/x", mode=0o777)
TMPFILE = call("openat", fd=20, name="/tmp", flags=["O_RDWR", "O_TMPFILE"], mode=0o600)
FAILED_TMPFILE = call("openat", fd=-95, name="/tmp", flags=["O_RDWR", "O_TMPFILE"], mode=0o600)
ENTER = build("OPENAT_2_E", ts=TS, tid=200, name="/x", flags=["O_RDONLY", "O_CREAT"], mode=0o755)


def boolean(field: str, record: bytes, value: bool) -> Case:
    return Case(field, record, str(value).lower(), value)


CASES = [
    boolean("evt.is_io", READ, True),
    boolean("evt.is_io", WRITE, True),
    boolean("evt.is_io", POLL, False),
    boolean("evt.is_io_read", READ, True),
    boolean("evt.is_io_read", WRITE, False),
    boolean("evt.is_io_write", WRITE, True),
    boolean("evt.is_io_write", READ, False),
    Case("evt.io_dir", READ, "read", "read"),
    Case("evt.io_dir", WRITE, "write", "write"),
    Case("evt.io_dir", POLL, None, None),
    boolean("evt.is_wait", POLL, True),
    boolean("evt.is_wait", READ, False),
    boolean("evt.is_syslog", WRITE, False),
    boolean("evt.is_open_read", RDWR, True),
    boolean("evt.is_open_read", RDONLY, True),
    boolean("evt.is_open_read", WRONLY, False),
    boolean("evt.is_open_read", HANDLE, True),
    boolean("evt.is_open_read", ENTER, False),
    boolean("evt.is_open_read", READ, False),
    boolean("evt.is_open_write", RDWR, True),
    boolean("evt.is_open_write", RDONLY, False),
    boolean("evt.is_open_write", WRONLY, True),
    boolean("evt.is_open_write", WRITE, False),
    boolean("evt.is_open_create", WRONLY, True),
    boolean("evt.is_open_create", RDONLY, False),
    boolean("evt.is_open_create", TMPFILE, True),
    boolean("evt.is_open_create", FAILED_TMPFILE, False),
    boolean("evt.is_open_create", READ, False),
    boolean("evt.is_open_exec", SCRIPT, True),
    boolean("evt.is_open_exec", UNMADE, False),
    boolean("evt.is_open_exec", RDONLY, False),
    boolean("evt.is_open_exec", CREAT, True),
    boolean("evt.is_open_exec", HANDLE, False),
    boolean("evt.is_open_exec", ENTER, False),
    boolean("evt.is_open_exec", WRITE, False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


@pytest.mark.parametrize(("name", "is_syslog"), [("/dev/log", True), ("/dev/logs", False)])
def test_syslog_is_the_socket_of_that_path(name: str, is_syslog: bool) -> None:
    state = State()
    state.seed_thread(tid=200, pid=200)
    state.seed_fd(200, 3, type=FD_TYPES["unix"], name=name)
    assert bind("evt.is_syslog").value(Probe(state).at(WRITE)) is is_syslog
    assert bind("evt.is_syslog").value(Probe(state).at(READ)) is False

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import FD_TYPES, State
from tests.record_builder import build, socktuple, unix_tuple
from tests.unit.engine.fields.host import (
    CLIENT,
    DIRECTORY,
    EPOLL,
    FILE,
    LISTENING,
    PIPE,
    REFUSED,
    ROOT_FILE,
    SERVER,
    TS,
    UNIX,
    Case,
    host,
    look,
    of_cat,
    of_fd,
)

NOT_OPENED = build("openat", ts=TS, tid=200, fd=-13, dirfd=DIRECTORY, name="../x/./y")
NOT_CREATED = build("creat", ts=TS, tid=200, fd=-13, name="z")
BEFORE_OPEN = build("OPEN_E", ts=TS, tid=200, name="/a//b")
OPENED = build("openat", ts=TS, tid=200, fd=30, dirfd=DIRECTORY, name="sub/f")
RENAMED = build(
    "sendto", ts=TS, tid=200, res=1, fd=REFUSED, data=b"x", size=1,
    tuple_=socktuple("10.0.0.1", 1, "10.0.0.2", 53),
)  # fmt: skip
CLOSED = build("close", ts=TS, tid=200, res=0, fd=FILE)
NO_FD = build("getcwd", ts=TS, tid=200, res=0)
NOT_CONNECTED = build(
    "connect", ts=TS, tid=200, res=-2, fd=UNIX, tuple_=unix_tuple(0, 255, "/run/s"),
)  # fmt: skip

# Calls that make a descriptor, the name of their result, and fd.typechar where they fail.
FAILED = [
    ("open", "fd", "f"),
    ("creat", "fd", "f"),
    ("socket", "fd", "4"),
    ("accept", "fd", "4"),
    ("accept4", "fd", "4"),
    ("pipe", "res", "p"),
    ("pipe2", "res", "p"),
    ("eventfd", "res", "e"),
    ("eventfd2", "res", "e"),
    ("signalfd", "res", "s"),
    ("signalfd4", "res", "s"),
    ("timerfd_create", "res", "t"),
    ("inotify_init", "res", "i"),
    ("inotify_init1", "res", "i"),
    ("memfd_create", "fd", "o"),
]

CASES = [
    of_fd(FILE, "fd.num", "3", 3),
    of_cat("fd.num", "99", 99),
    Case("fd.num", NOT_OPENED, "-1", -1),
    Case("fd.num", BEFORE_OPEN, "-1", -1),
    Case("fd.num", NO_FD, None, None),
    of_fd(FILE, "fd.type", "file"),
    of_fd(DIRECTORY, "fd.type", "directory"),
    of_fd(CLIENT, "fd.type", "ipv4"),
    of_fd(LISTENING, "fd.type", "ipv4"),
    of_fd(SERVER, "fd.type", "ipv6"),
    of_fd(EPOLL, "fd.type", "eventpoll"),
    of_cat("fd.type", None),
    of_fd(FILE, "fd.typechar", "f"),
    of_fd(UNIX, "fd.typechar", "u"),
    of_fd(SERVER, "fd.typechar", "6"),
    Case("fd.typechar", NOT_OPENED, "f", "f"),
    Case("fd.typechar", BEFORE_OPEN, "f", "f"),
    of_cat("fd.typechar", "o"),
    Case("fd.typechar", NO_FD, None, None),
    *(
        Case("fd.typechar", build(event, ts=TS, tid=200, **{result: -24}), letter, letter)
        for event, result, letter in FAILED
    ),
    of_fd(FILE, "fd.name", "/etc/ssh/keys"),
    Case("fd.name", CLOSED, "/etc/ssh/keys", "/etc/ssh/keys"),
    Case("fd.name", OPENED, "/srv/data/sub/f", "/srv/data/sub/f"),
    Case("fd.name", NOT_OPENED, "/srv/x/y", "/srv/x/y"),
    Case("fd.name", NOT_CREATED, "/home/ada/z", "/home/ada/z"),
    Case("fd.name", BEFORE_OPEN, None, None),
    Case("fd.name", NO_FD, None, None),
    Case("fd.name", NOT_CONNECTED, *2 * ("0->ff /run/s",)),
    of_fd(CLIENT, "fd.name", "10.0.0.1:40000->93.184.216.34:443"),
    of_fd(SERVER, "fd.name", "fd00::2:5353->fd00::1:53"),
    of_fd(LISTENING, "fd.name", "0.0.0.0:80"),
    of_fd(UNIX, "fd.name", "abc->def0 /run/docker.sock"),
    of_fd(EPOLL, "fd.name", ""),
    of_cat("fd.name", ""),
    Case("fd.nameraw", OPENED, "sub/f", "sub/f"),
    of_fd(PIPE, "fd.nameraw", None),
    of_fd(FILE, "fd.directory", "/etc/ssh"),
    of_fd(ROOT_FILE, "fd.directory", "/"),
    of_fd(PIPE, "fd.directory", None),
    Case("fd.directory", NOT_OPENED, "/srv/x", "/srv/x"),
    of_fd(FILE, "fd.filename", "keys"),
    of_fd(DIRECTORY, "fd.filename", None),
    of_fd(DIRECTORY, "fd.directory", "/srv/data"),
    Case("fd.filename", NOT_OPENED, None, None),
    of_fd(CLIENT, "fd.filename", None),
    of_fd(FILE, "fd.uid", "2003"),
    of_fd(FILE, "fd.containername", ":/etc/ssh/keys"),
    of_fd(FILE, "fd.containerdirectory", ":/etc/ssh"),
    Case(
        "fd.containername",
        build("openat", ts=TS, tid=307, fd=3, dirfd=-100, name="/f"),
        *2 * ("0123456789ab:/f",),
    ),
    of_fd(CLIENT, "fd.l4proto", "tcp"),
    of_fd(SERVER, "fd.l4proto", "udp"),
    of_fd(UNIX, "fd.l4proto", None),
    of_fd(CLIENT, "fd.sockfamily", "ip"),
    of_fd(UNIX, "fd.sockfamily", "unix"),
    of_fd(FILE, "fd.sockfamily", None),
    of_fd(SERVER, "fd.is_server", "true", True),
    of_fd(LISTENING, "fd.is_server", "true", True),
    of_fd(CLIENT, "fd.is_server", "false", False),
    of_cat("fd.is_server", None),
    of_fd(CLIENT, "fd.connected", "true", True),
    of_fd(SERVER, "fd.connected", "false", False),
    of_fd(FILE, "fd.dev", "800103", 0x800103),
    of_fd(FILE, "fd.dev.major", "1", 1),
    of_fd(FILE, "fd.dev.minor", "2051", 0x803),
    of_fd(PIPE, "fd.dev", None),
    of_fd(FILE, "fd.ino", "42", 42),
    of_fd(EPOLL, "fd.ino", None),
    of_fd(FILE, "fd.is_upper_layer", "true", True),
    of_fd(FILE, "fd.is_lower_layer", "false", False),
    of_fd(CLIENT, "fd.is_lower_layer", None),
    of_fd(FILE, "fd.types[3]", "(file)", ["file"]),
    of_fd(FILE, "fd.types[9]", "(ipv4)", ["ipv4"]),
    of_fd(FILE, "fd.types[77]", None),
    of_fd(CLIENT, "fd.name_changed", "false", False),
    Case("fd.name_changed", RENAMED, "true", True),
    of_cat("fd.name_changed", None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_socket_without_ends_has_an_empty_name() -> None:
    state = State()
    state.seed_thread(tid=7, pid=7)
    state.seed_fd(7, 3, type=FD_TYPES["ipv4"], l4proto=2)
    probe = Probe(state)
    view = probe.at(build("fchmod", ts=TS, tid=7, res=0, fd=3, mode=0))
    assert bind("fd.name").text(view) == ""


def test_socket_bound_to_an_address_alone_is_no_server() -> None:
    state = State()
    state.seed_thread(tid=7, pid=7)
    state.seed_fd(7, 3, type=FD_TYPES["ipv4_listening"], dest=bytes([10, 0, 0, 1]))
    probe = Probe(state)
    view = probe.at(build("fchmod", ts=TS, tid=7, res=0, fd=3, mode=0))
    assert bind("fd.name").text(view) == "10.0.0.1:0"
    assert bind("fd.is_server").value(view) is False
    assert [bind(name).value(view) for name in ("fd.sip", "fd.sport", "fd.lip")] == [None] * 3


def test_minor_and_major_are_those_of_the_kernel() -> None:
    dev = 0x0080_0103
    assert (dev >> 8 & 0xFFF, (dev & 0xFF) | (dev >> 12 & 0xFFF00)) == (1, 0x803)


def test_types_of_all_descriptors_are_a_list_without_repeats() -> None:
    probe = host()
    view = probe.at(build("getcwd", ts=TS, tid=200))
    kinds = bind("fd.types").value(view)
    assert sorted(kinds) == ["directory", "eventpoll", "file", "ipv4", "ipv6", "pipe", "unix"]
    assert bind("fd.types").text(view) == f"({','.join(kinds)})"
    assert bind("fd.types").value(probe.at(build("getcwd", ts=TS, tid=100))) is None

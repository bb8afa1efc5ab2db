# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.fields.registry import bind
from tests.record_builder import (
    ABSENT,
    build,
    dyn,
    fdlist,
    pack,
    sockaddr,
    socktuple,
    unix_tuple,
)
from tests.unit.engine.fields.host import CLIENT, DIRECTORY, FILE, PIPE, TS, host

# Event, parameter, what it is given, its text in evt.args, its text in evt.arg.
TEXTS: list[tuple[str, str, Any, str, str | None]] = [
    ("chdir", "res", 0, "0", "0"),
    ("chdir", "res", -2, "-2(ENOENT)", "ENOENT"),
    ("chdir", "res", -4000, "-4000", "-4000"),
    ("chdir", "path", "a b", "a b", "a b"),
    ("chdir", "path", "", "", ""),
    ("chdir", "path", ABSENT, "<NA>", None),
    ("write", "data", b"a\0\x80", "a..", "a.."),
    ("write", "data", ABSENT, "NULL", None),
    ("write", "size", 2**32 - 1, "-1", "-1"),
    ("write", "fd", FILE, "3(<f>/etc/ssh/keys)", "<f>/etc/ssh/keys"),
    ("write", "fd", 99, "99", "99"),
    ("openat", "fd", -13, "-13(EACCES)", "EACCES"),
    ("openat", "dirfd", -100, "-100(AT_FDCWD)", "AT_FDCWD"),
    ("openat", "dirfd", DIRECTORY, "6(<d>/srv/data)", "<d>/srv/data"),
    ("openat", "name", "/abs", "/abs", "/abs"),
    ("lseek", "offset", 2**64 - 60, "-60", "-60"),
    ("brk", "res", 0xABC000, "ABC000", "ABC000"),
    ("mkdir", "path", "d/../e", "d/../e(/home/ada/e)", "/home/ada/e"),
    ("mkdir", "path", "/d/../e", "/d/../e", "/d/../e"),
    ("chmod", "filename", "f", "f(/home/ada/f)", "/home/ada/f"),
    ("openat", "flags", 0, "0(O_NONE)", "O_NONE"),
    ("openat", "flags", 3, "3(O_RDWR)", "O_RDWR"),
    ("openat", "flags", 0x1007, "4103(O_CREAT|O_RDWR|O_CLOEXEC)", "O_CREAT|O_RDWR|O_CLOEXEC"),
    ("openat", "mode", 0, "0", "0"),
    ("openat", "mode", 0o4755, "04755", "04755"),
    ("openat", "dev", 0xFD01, "FD01", "FD01"),
    ("chmod", "mode", 0o4000, "04000(S_ISUID)", "S_ISUID"),
    ("chmod", "mode", 0o5, "05(S_IXOTH|S_IROTH)", "S_IXOTH|S_IROTH"),
    ("socket", "domain", 2, "2(AF_INET)", "AF_INET"),
    ("socket", "domain", 999, "999", "999"),
    ("kill", "sig", 9, "9(SIGKILL)", "SIGKILL"),
    ("kill", "sig", 0, "0", "0"),
    ("kill", "pid", 100, "100(bash)", "bash"),
    ("kill", "pid", 4321, "4321", "4321"),
    ("kill", "pid", -1, "-1(EPERM)", "EPERM"),
    ("setuid", "uid", 0, "0(root)", "root"),
    ("setuid", "uid", 31337, "31337", "31337"),
    ("setuid", "uid", 2**32 - 1, "-1(<NONE>)", "<NONE>"),
    ("setgid", "gid", 1000, "1000(adas)", "adas"),
    ("nanosleep", "interval", 100_000_000, "100000000(0.1s)", "0.1s"),
    ("nanosleep", "interval", 3_000_000_001, "3000000001(3s)", "3s"),
    ("nanosleep", "interval", 1_234_567_891, "1234567891(1.23457s)", "1.23457s"),
    ("nanosleep", "interval", 2_000_000_000, "2000000000(2s)", "2s"),
    ("nanosleep", "interval", 2**64 - 1, "none", "none"),
    ("ppoll", "sigmask", 0b101, "5(SIGHUP SIGQUIT)", "SIGHUP SIGQUIT"),
    ("ppoll", "sigmask", 0, "0", "0"),
    ("poll", "fds", fdlist((FILE, 1), (99, 0x41)), "3:f1 99:?41", "3:f1 99:?41"),
    ("poll", "fds", ABSENT, "NULL", None),
    ("poll", "fds", b"\5\0" + struct.pack("<qh", PIPE, 4), "4:p4", "4:p4"),
    ("connect", "addr", sockaddr("10.0.0.2", 53), "10.0.0.2:53", "10.0.0.2:53"),
    ("connect", "addr", sockaddr("::1", 53), "::1:53", "::1:53"),
    ("connect", "addr", sockaddr("/run/s"), "/run/s", "/run/s"),
    ("connect", "addr", b"\2\0", "<NA>", None),
    ("connect", "tuple", ABSENT, "NULL", None),
    (
        "connect",
        "tuple",
        socktuple("10.0.0.1", 1, "10.0.0.2", 2),
        "10.0.0.1:1->10.0.0.2:2",
        "10.0.0.1:1->10.0.0.2:2",
    ),
    ("connect", "tuple", unix_tuple(10, 255, "/run/s"), "a->ff /run/s", "a->ff /run/s"),
    ("connect", "tuple", unix_tuple(10, 255, ""), "a->ff", "a->ff"),
    ("setsockopt", "val", dyn(0, b"ab\0"), "ab.", "ab."),
    ("setsockopt", "val", dyn(1, struct.pack("<q", -5)), "-5", "-5"),
    ("setsockopt", "val", dyn(2, struct.pack("<I", 7)), "7", "7"),
    ("setsockopt", "val", dyn(2, b""), "NULL", None),
    ("ptrace", "data", dyn(0, struct.pack("<Q", 255)), "FF", "FF"),
    ("ptrace", "data", dyn(1, b"\x13"), "SIGSTOP", "SIGSTOP"),
    ("keyctl", "arg2", dyn(0, struct.pack("<q", -3)), "-3", "-3"),
    ("keyctl", "arg3", dyn(1, b"ring\0"), "ring", "ring"),
    ("ITER_TASK_E", "argv", b"ls\0-l\0", "ls.-l", "ls.-l"),
    ("ITER_TASK_FILE_SOCKET_INET_E", "local_ip", bytes([127, 0, 0, 1]), "127.0.0.1", "127.0.0.1"),
    ("GENERIC_X", "ID", 33, "", "acct"),
]


@pytest.mark.parametrize(("event", "name", "given_", "full", "short"), TEXTS)
def test_text(event: str, name: str, given_: Any, full: str, short: str | None) -> None:
    probe = host()
    view = probe.at(build(event, ts=TS, tid=200, **{f"{name}_": given_}))
    assert bind(f"evt.arg.{name}").text(view) == short
    if event != "GENERIC_X":
        assert f" {name}={full} " in f" {bind('evt.args').text(view)} "


def test_a_closed_descriptor_is_still_named_in_its_own_event() -> None:
    probe = host()
    view = probe.at(build("close", ts=TS, tid=200, res=0, fd=CLIENT))
    assert bind("evt.arg.fd").text(view) == "<4t>10.0.0.1:40000->93.184.216.34:443"


@given(st.data())
def test_any_record_that_decodes_can_be_printed(data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(sorted(EVENTS.values(), key=lambda event: event.code)))
    values = []
    for param in event.params:
        if param.type in ("CHARBUF", "FSPATH", "FSRELPATH"):
            value = data.draw(st.binary(max_size=40)).replace(b"\0", b"/") + b"\0"
        elif param.width:
            value = data.draw(st.binary(min_size=param.width, max_size=param.width))
        else:
            value = data.draw(st.binary(max_size=60))
        values.append(data.draw(st.sampled_from([value, value, value, b""])))
    probe = host()
    view = probe.at(pack(event, values, ts=TS, tid=200))
    for name in ("evt.args", "evt.res", "fd.name", "fs.path.name", "fs.path.source"):
        text = bind(name).text(view)
        assert text is None or isinstance(text, str)
    for param in event.params:
        for kind in ("evt.arg", "evt.rawarg"):
            bind(f"{kind}.{param.name}").value(view)

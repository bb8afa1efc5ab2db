# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.registry import bind
from falcomod.errors import FieldError
from tests.record_builder import ABSENT, build, generic, socktuple
from tests.unit.engine.fields.host import CLIENT, FILE, TS, Case, host, look

OPEN = build(
    "openat", ts=TS, tid=200, fd=FILE, dirfd="AT_FDCWD", name="keys",
    flags=["O_RDONLY", "O_CLOEXEC"], mode=0o644, dev=0x801, ino=42,
)  # fmt: skip
MISSING = build("openat", ts=TS, tid=200, fd=-2, dirfd="AT_FDCWD", name="/x", flags=0)
WRITE = build("write", ts=TS, tid=200, res=5, fd=CLIENT, data=b"ab\0\xff\n", size=5)
FAILED_WRITE = build("write", ts=TS, tid=200, res=-32, fd=CLIENT, data=b"", size=5)
UMASK = generic("umask", ts=TS, tid=200)

CASES = [
    Case("evt.arg.flags", OPEN, *2 * ("O_RDONLY|O_CLOEXEC",)),
    Case("evt.arg[3]", OPEN, *2 * ("O_RDONLY|O_CLOEXEC",)),
    Case("evt.arg.name", OPEN, *2 * ("/home/ada/keys",)),
    Case("evt.arg.mode", OPEN, *2 * ("0644",)),
    Case("evt.arg.dev", OPEN, *2 * ("801",)),
    Case("evt.arg.flags", WRITE, None, None),
    Case("evt.arg.data", WRITE, *2 * ("ab...",)),
    Case("evt.arg.data", FAILED_WRITE, None, None),
    Case("evt.arg[20]", OPEN, None, None),
    Case("evt.rawarg.flags", OPEN, "4097", 4097),
    Case("evt.rawarg.name", OPEN, "keys", "keys"),
    Case("evt.rawarg.fd", MISSING, "-2", -2),
    Case("evt.rawarg.data", WRITE, "ab...", "ab..."),
    Case("evt.rawarg.ino", build("pipe", ts=TS, tid=200, ino=ABSENT), None, None),
    Case(
        "evt.args", OPEN, *2 * (
            "fd=3(<f>/home/ada/keys) dirfd=-100(AT_FDCWD) name=keys(/home/ada/keys)"
            " flags=4097(O_RDONLY|O_CLOEXEC) mode=0644 dev=801 ino=42",
        )
    ),
    Case("evt.info", FAILED_WRITE, *2 * (
        "res=-32(EPIPE) data=NULL fd=7(<4t>10.0.0.1:40000->93.184.216.34:443) size=5",
    )),
    Case("evt.args", build("chdir", ts=TS, tid=200, res=-14, path=ABSENT), *2 * (
        "res=-14(EFAULT) path=<NA>",
    )),
    Case("evt.args", UMASK, "", ""),
    Case("evt.buffer", WRITE, "ab...", "ab..."),
    Case("evt.buffer", OPEN, None, None),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_raw_arguments_have_the_type_of_the_first_event_that_has_one() -> None:
    probe = host()
    # A tuple here, nothing of the kind there: bytes are not compared with numbers.
    view = probe.at(build("mmap", ts=TS, tid=200, res=0, addr=4096))
    assert bind("evt.rawarg.addr").value(view) is None
    view = probe.at(build("connect", ts=TS, tid=200, res=0, fd=7, addr=b"\1/run/s\0"))
    assert bind("evt.rawarg.addr").value(view) == "./run/s."


def test_events_with_fewer_parameters_than_the_table_have_none_of_the_rest() -> None:
    probe = host()
    view = probe.at(build("openat", ts=TS, tid=200, nparams=3, fd=-2, dirfd=0, name="/x"))
    assert bind("evt.arg.flags").text(view) is None
    assert bind("evt.rawarg.ino").value(view) is None
    assert bind("evt.args").text(view).endswith("name=/x")


def test_tuples_of_a_send_are_shown() -> None:
    record = build(
        "sendto", ts=TS, tid=200, res=1, fd=7, data=b"x", size=1,
        tuple_=socktuple("10.0.0.1", 1, "10.0.0.2", 53),
    )  # fmt: skip
    assert bind("evt.arg.tuple").text(host().at(record)) == "10.0.0.1:1->10.0.0.2:53"


@pytest.mark.parametrize("text", ["evt.arg.nope", "evt.rawarg.nope", "evt.rawarg[99999999999]"])
def test_arguments_of_no_event_are_refused(text: str) -> None:
    with pytest.raises(FieldError, match=r"no event has|too large"):
        bind(text)

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import FD_TYPES, State
from tests.record_builder import build
from tests.unit.engine.fields.host import NOTHING, TS, Case, of_cat

NAMES = ("facility.str", "facility", "severity.str", "severity", "message")


def sent(data: bytes, *, event: str = "sendto", res: int = 1, fd: int = 3) -> bytes:
    return build(event, ts=TS, tid=200, res=res, fd=fd, data=data)


def probe() -> Probe:
    state = State()
    state.seed_thread(tid=200, pid=200)
    state.seed_fd(200, 3, type=FD_TYPES["unix"], name="/dev/log")
    state.seed_fd(200, 4, type=FD_TYPES["unix"], name="/run/x")
    return Probe(state)


LOGIN = sent(b"<38>sshd[7]: accepted\0")

CASES = [
    Case("syslog.facility.str", LOGIN, *2 * ("auth",)),
    Case("syslog.facility", LOGIN, "4", 4),
    Case("syslog.severity.str", LOGIN, *2 * ("info",)),
    Case("syslog.severity", LOGIN, "6", 6),
    Case("syslog.message", LOGIN, *2 * ("sshd[7]: accepted",)),
    Case("syslog.message", sent(b"<0>x", event="write"), *2 * ("x",)),
    Case("syslog.facility.str", sent(b"<191>x"), *2 * ("local7",)),
    Case("syslog.facility.str", sent(b"<999>x"), None, None),
    Case("syslog.facility", sent(b"<999>x"), "124", 124),
    *(of_cat(f"syslog.{name}", None) for name in NAMES),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    looking = probe()
    view = looking.at(case.record)
    ref = bind(case.field)
    assert (ref.text(view), ref.value(view)) == (case.text, case.value)


def values(record: bytes) -> list[Any]:
    looking = probe()
    view = looking.at(record)
    return [bind(f"syslog.{name}").value(view) for name in NAMES]


@pytest.mark.parametrize(
    "record",
    [
        sent(b""), sent(b"<"), sent(b"<>"), sent(b"<1"), sent(b"<12>"[:3]), sent(b"<1x>y"),
        sent(b"38>x"), sent(b"<123456>x"), sent(b"<-1>x"), sent(b"<38>x", res=-1),
        sent(b"<38>x", fd=4), sent(b"<38>x", event="recvfrom"), NOTHING,
    ],
)  # fmt: skip
def test_what_is_no_message_has_no_value(record: bytes) -> None:
    assert values(record) == [None] * 5


def test_empty_message_is_one() -> None:
    assert values(sent(b"<38>")) == ["auth", 4, "info", 6, ""]

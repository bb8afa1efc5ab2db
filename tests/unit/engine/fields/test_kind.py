# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

import pytest

from falcomod.engine.fields.registry import bind
from falcomod.errors import FieldError
from tests.record_builder import build, generic
from tests.unit.engine.fields.host import CLIENT, FILE, PIPE, TS, Case, host, look, of_cat

OPEN = build("openat", ts=TS, tid=200, fd=-2, name="/x")
EXIT = build("procexit", ts=TS, tid=200, status=0)
UMASK = generic("umask", ts=TS, tid=200)
OBSERVED = build("ASYNCEVENT_E", ts=TS, tid=0, plugin_id=0, name="container_removed", data=b"{}")
SAMPLE = build("PROCINFO_E", ts=TS, tid=200, cpu_usr=1, cpu_sys=1)
SAMPLE_OF_THREAD = build("PROCINFO_E", ts=TS, tid=201, cpu_usr=1, cpu_sys=1)


def io(fd: int) -> bytes:
    return build("write", ts=TS, tid=200, res=1, fd=fd, data=b"x", size=1)


CASES = [
    of_cat("evt.deltatime", "0", 0),
    of_cat("evt.deltatime.s", "0", 0),
    of_cat("evt.deltatime.ns", "000000000", 0),
    Case("evt.type", OPEN, "openat", "openat"),
    Case("evt.type", UMASK, "umask", "umask"),
    Case("evt.type", EXIT, "procexit", "procexit"),
    Case("evt.type.is.openat", OPEN, "1", 1),
    Case("evt.type.is.umask", UMASK, "1", 1),
    Case("evt.type.is[umask]", OPEN, "0", 0),
    Case("syscall.type", OPEN, "openat", "openat"),
    Case("syscall.type", UMASK, "umask", "umask"),
    Case("syscall.type", EXIT, None, None),
    Case("evt.dir", OPEN, "<", "<"),
    Case("evt.dir", EXIT, ">", ">"),
    Case("evt.category", OPEN, "file", "file"),
    Case("evt.category", EXIT, "process", "process"),
    Case("evt.category", io(FILE), "file", "file"),
    Case("evt.category", io(CLIENT), "net", "net"),
    Case("evt.category", io(PIPE), "ipc", "ipc"),
    Case("evt.category", io(99), "unknown", "unknown"),
    of_cat("evt.cpu", "3", 3),
    of_cat("evt.count", "1", 1),
    Case("evt.count.exit", OPEN, "1", 1),
    Case("evt.count.exit", EXIT, None, None),
    Case("evt.type", OBSERVED, *2 * ("container_removed",)),
    Case("evt.count.procinfo", SAMPLE, "1", 1),
    Case("evt.count.procinfo", SAMPLE_OF_THREAD, None, None),
    Case("evt.count.procinfo", OPEN, None, None),
    Case("evt.count.threadinfo", SAMPLE_OF_THREAD, "1", 1),
    Case("evt.count.threadinfo", OPEN, None, None),
    of_cat("evt.outputtime", "22:13:20.012345678"),
    of_cat(f"evt.around[{TS}]", "0", 0),
    of_cat(f"evt.around[{TS - 1}]", "1", 1),
    of_cat(f"evt.around[{TS + 1_000_000}]", "1", 1),
    of_cat(f"evt.around[{TS + 1_000_001}]", "2", 2),
    *(
        of_cat(f"evt.{name}", None)
        for name in (
            "latency", "latency.s", "latency.ns", "latency.quantized", "latency.human",
            "wait_latency",
        )
    ),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch):
    """Local times are those of UTC in tests."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: Case) -> None:
    assert look(host(), case) == (case.text, case.value)


def test_relative_times_count_from_the_first_and_from_the_previous_event() -> None:
    probe = host()
    seen = []
    for ts in (TS, TS + 1, TS + 2_000_000_007):
        view = probe.at(build("chdir", ts=ts, tid=200, res=0, path="/"))
        seen.append((bind("evt.reltime").value(view), bind("evt.deltatime").value(view)))
    assert seen == [(0, 0), (1, 1), (2_000_000_007, 2_000_000_006)]
    assert bind("evt.reltime.s").text(view) == bind("evt.deltatime.s").text(view) == "2"
    assert bind("evt.reltime.ns").text(view) == "000000007"
    assert bind("evt.deltatime.ns").text(view) == "000000006"


def test_an_event_older_than_the_one_before_has_no_time_since() -> None:
    probe = host()
    probe.at(build("chdir", ts=TS, tid=200, res=0, path="/"))
    view = probe.at(build("chdir", ts=TS - 1, tid=200, res=0, path="/"))
    assert bind("evt.deltatime").value(view) is None
    assert bind("evt.reltime").value(view) is None


def test_unknown_type_is_refused() -> None:
    with pytest.raises(FieldError, match="unknown event type 'opne'"):
        bind("evt.type.is.opne")


@pytest.mark.parametrize("text", ["evt.around", "evt.around[x]", f"evt.around[{10**19}]"])
def test_around_needs_a_time(text: str) -> None:
    with pytest.raises(FieldError, match=r"needs an argument|not a number|too large"):
        bind(text)

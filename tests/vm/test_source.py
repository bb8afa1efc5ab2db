# SPDX-License-Identifier: Apache-2.0
"""The engine's own reader on the live module: KmodSource through the loop."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from falcomod.engine.capture.source import KmodSource
from falcomod.engine.decode.schema import SYSCALLS
from falcomod.engine.fields.registry import bind
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.engine.state.context import ContextView
from falcomod.engine.state.tables import State
from falcomod.errors import DriverError, PermissionFault
from tests.driver.child import in_child
from tests.driver.native import syscall

LIMIT_S = 30  # software emulation is slow
CALLS = 500
SECOND_CPU = Path("/sys/devices/system/cpu/cpu1/online")


class Reader:
    """A source whose getppid and getuid events are noted: (thread, type), in order."""

    def __init__(self, *names: str, **options: int) -> None:
        self.source = KmodSource(syscalls=[SYSCALLS[name].sc for name in names], **options)
        self.seen: list[tuple[int, str]] = []
        self.times: list[int] = []
        self.errors: list[Exception] = []
        self._type, self._thread = bind("evt.type"), bind("thread.tid")
        builder = RulesetBuilder("first")
        node = builder.check("evt.type", "in", ["getppid", "getuid"])
        builder.rule(0, node, {SYSCALLS["getppid"].event, SYSCALLS["getuid"].event})
        self.engine = Engine(
            self.source, State(), builder.build(), self._note, on_error=self.errors.append
        )

    def _note(self, rule_ids: tuple[int, ...], view: ContextView) -> None:
        self.seen.append((int(self._thread.text(view)), self._type.text(view)))
        self.times.append(view.ts_ns)

    def run_until(self, done: Callable[[], bool]) -> None:
        limit = time.monotonic() + LIMIT_S
        while not done():
            self.engine.run(50, 10_000)
            assert self.errors == []
            assert time.monotonic() < limit, f"saw {len(self.seen)}: {self.source.counters()}"

    def count(self, tid: int, name: str) -> int:
        return self.seen.count((tid, name))


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader("getppid", ring_size=1 << 20)
    made.source.start()
    yield made
    made.source.close()


def calls(cpu: int, name: str = "getppid", number: int = CALLS) -> Callable[[], None]:
    def call() -> None:
        os.sched_setaffinity(0, {cpu})
        for _ in range(number):
            syscall(name)

    return call


def test_every_call_of_two_cpus_arrives_in_order_of_time(reader: Reader) -> None:
    cpus = sorted(os.sched_getaffinity(0))
    children = [in_child(calls(cpu)).pid for cpu in cpus]
    reader.run_until(lambda: all(reader.count(tid, "getppid") >= CALLS for tid in children))
    assert reader.times == sorted(reader.times)
    assert reader.engine.counters()["corrupt"] == 0


def test_nothing_is_lost_silently(reader: Reader) -> None:
    child = in_child(calls(0)).pid
    reader.run_until(lambda: reader.count(child, "getppid") >= CALLS)
    reader.source.stop()
    while reader.engine.run(0, 10_000):
        pass
    counters = reader.source.counters()
    assert counters["produced"] == counters["delivered"] + counters["lost"]
    assert counters["lost"] == 0
    assert reader.engine.counters()["events"] == counters["delivered"]


def test_counters_stay_after_the_close(reader: Reader) -> None:
    child = in_child(calls(0)).pid
    reader.run_until(lambda: reader.count(child, "getppid") >= CALLS)
    reader.source.stop()
    counters = reader.source.counters()
    reader.source.close()
    assert reader.source.counters() == counters
    assert counters["delivered"] >= CALLS


def test_selection_changes_while_running(reader: Reader) -> None:
    before = in_child(calls(0, "getuid", 10)).pid
    reader.source.select([SYSCALLS["getuid"].sc])
    after = in_child(calls(0, "getuid", 10)).pid
    reader.run_until(lambda: reader.count(after, "getuid") == 10)
    assert reader.count(before, "getuid") == 0


def test_cpu_that_comes_later_is_read(reader: Reader) -> None:
    if not SECOND_CPU.exists():
        pytest.skip("there is no second CPU that can be switched off")
    reader.source.close()
    SECOND_CPU.write_text("0")
    try:
        late = Reader("getppid", ring_size=1 << 20)
        late.source.start()
    finally:
        SECOND_CPU.write_text("1")
    child = in_child(calls(1)).pid
    late.run_until(lambda: late.count(child, "getppid") >= CALLS)
    late.source.close()


def test_wait_ends_when_the_time_is_over(reader: Reader) -> None:
    reader.source.select([], procexit=False)
    while reader.engine.run(0, 10_000):
        pass
    began = time.monotonic()
    assert reader.engine.run(200, 10) == 0
    assert time.monotonic() - began >= 0.19


@pytest.mark.parametrize("options", [{"ring_size": 3 << 20}, {"snaplen": 1 << 20}])
def test_refused_configuration_says_what_was_asked(options: dict[str, int]) -> None:
    with pytest.raises(DriverError, match=str(next(iter(options.values())))):
        KmodSource(**options)


def test_without_the_capability_it_is_a_question_of_permission() -> None:
    def call() -> str:
        os.chmod("/dev/falcomod", 0o666)
        os.setuid(65534)
        try:
            KmodSource()
        except PermissionFault as fault:
            return str(fault)
        return "it opened"

    assert "as root" in in_child(call).result

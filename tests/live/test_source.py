# SPDX-License-Identifier: Apache-2.0
"""The engine's reader on live eBPF programs: selection, rings that CPUs share, waiting."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from falcomod.engine.capture.bpf import ENTRIES, BpfSource, missing_features
from falcomod.engine.decode.schema import SYSCALLS
from falcomod.engine.fields.registry import bind
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.engine.state.context import ContextView
from falcomod.engine.state.tables import State
from tests.driver.child import in_child
from tests.driver.native import syscall

LIMIT_S = 20
CALLS = 300
WATCHED = ("getppid", "chroot")
STATS = Path("/proc/sys/kernel/bpf_stats_enabled")


class Reader:
    """A source whose events of WATCHED calls are noted: (thread, type, CPU), in order."""

    def __init__(self, *names: str, **options: int) -> None:
        self.source = BpfSource(syscalls=[SYSCALLS[name].sc for name in names], **options)
        self.seen: list[tuple[int, str, int]] = []
        self.times: list[int] = []
        self._fields = [bind(name) for name in ("thread.tid", "evt.type", "evt.cpu")]
        builder = RulesetBuilder("first")
        node = builder.check("evt.type", "in", list(WATCHED))
        builder.rule(0, node, {SYSCALLS[name].event for name in WATCHED})
        self.engine = Engine(self.source, State(), builder.build(), self._note)

    def __enter__(self) -> Reader:
        self.source.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()

    def _note(self, rule_ids: tuple[int, ...], view: ContextView) -> None:
        tid, kind, cpu = (field.text(view) for field in self._fields)
        self.seen.append((int(tid), kind, int(cpu)))
        self.times.append(view.ts_ns)

    def run_until(self, done: Callable[[], bool]) -> None:
        limit = time.monotonic() + LIMIT_S
        while not done():
            self.engine.run(50, 10_000)
            assert time.monotonic() < limit, f"saw {len(self.seen)}: {self.source.counters()}"

    def of(self, tid: int, kind: str = "getppid") -> list[int]:
        """The CPUs of a thread's events."""
        return [cpu for seen, what, cpu in self.seen if (seen, what) == (tid, kind)]


def calls(cpu: int, count: int = CALLS) -> Callable[[], None]:
    def call() -> None:
        os.sched_setaffinity(0, {cpu})
        for _ in range(count):
            syscall("getppid")

    return call


def chroot_nowhere() -> None:
    syscall("chroot", "/none/none")


def test_this_kernel_lacks_nothing() -> None:
    assert missing_features() == []


@pytest.mark.parametrize("cpus_per_ring", [1, 2, 64])
def test_calls_of_all_cpus_arrive_in_order_with_their_cpu(cpus_per_ring: int) -> None:
    cpus = sorted(os.sched_getaffinity(0))
    with Reader("getppid", ring_size=1 << 20, cpus_per_ring=cpus_per_ring) as reader:
        children = {cpu: in_child(calls(cpu)).pid for cpu in cpus}
        reader.run_until(lambda: all(len(reader.of(tid)) == CALLS for tid in children.values()))
        for cpu, tid in children.items():
            assert set(reader.of(tid)) == {cpu}
        assert reader.times == sorted(reader.times)
        counters = reader.source.counters()
        assert counters["produced"] == counters["delivered"] + counters["lost"]
        assert counters["lost"] == 0


def test_selection_that_needs_other_programs_loads_them_while_running() -> None:
    with Reader("getppid", ring_size=1 << 20) as reader:
        before = in_child(chroot_nowhere).pid
        reader.source.select([SYSCALLS[name].sc for name in WATCHED])
        after = in_child(chroot_nowhere).pid
        also = in_child(calls(0)).pid
        reader.run_until(lambda: len(reader.of(also)) == CALLS)
        assert len(reader.of(after, "chroot")) == 1
        assert reader.of(before, "chroot") == []


def test_stopped_source_gives_what_it_has_and_starts_again() -> None:
    with Reader("getppid", ring_size=1 << 20) as reader:
        first = in_child(calls(0)).pid
        reader.source.stop()
        silent = in_child(calls(0)).pid
        reader.run_until(lambda: len(reader.of(first)) == CALLS)
        reader.source.start()
        again = in_child(calls(0)).pid
        reader.run_until(lambda: len(reader.of(again)) == CALLS)
        assert reader.of(silent) == []


def test_wait_ends_with_the_time_or_with_a_record() -> None:
    with Reader("getppid", ring_size=1 << 20) as reader:
        reader.source.select([], procexit=False)
        while reader.engine.run(0, 10_000):
            pass
        began = time.monotonic()
        assert reader.engine.run(200, 10) == 0
        assert 0.19 <= time.monotonic() - began < 5
        reader.source.select([SYSCALLS["getppid"].sc], procexit=False)
        child = os.fork()
        if child == 0:
            time.sleep(0.1)
            os.getppid()
            os._exit(0)
        began = time.monotonic()
        reader.run_until(lambda: len(reader.of(child)) == 1)
        assert time.monotonic() - began < 2
        os.waitpid(child, 0)


def test_counters_stay_after_the_close() -> None:
    with Reader("getppid", ring_size=1 << 20) as reader:
        child = in_child(calls(0)).pid
        reader.run_until(lambda: len(reader.of(child)) == CALLS)
        reader.source.stop()
        counters = reader.source.counters()
    assert reader.source.counters() == counters
    assert counters["delivered"] >= CALLS


@pytest.fixture
def _timed_programs() -> Iterator[None]:
    """The kernel counts runs of eBPF programs meanwhile."""
    before = STATS.read_text()
    STATS.write_text("1")
    yield
    STATS.write_text(before)


@pytest.mark.usefixtures("_timed_programs")
def test_runs_of_the_programs_are_counted_where_the_kernel_does() -> None:
    with Reader("getppid", ring_size=1 << 20) as reader:
        child = in_child(calls(0)).pid
        reader.run_until(lambda: len(reader.of(child)) == CALLS)
        counters = reader.source.counters()
    names = {name.removeprefix("runs_") for name in counters if name.startswith("runs_")}
    assert "dispatch" in names
    assert names <= set(ENTRIES)
    assert counters["runs_dispatch"] >= CALLS
    # A run takes less than a tenth of a millisecond, and more than nothing.
    assert 0 < counters["run_ns_dispatch"] < 100_000 * counters["runs_dispatch"]

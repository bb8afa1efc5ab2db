# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.engine.decode.schema import EVENTS, EventInfo
from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.record_builder import ABSENT, build


def switch(ts: int, tid: int, **params: Any) -> bytes:
    return build("SCHEDSWITCH_6_E", ts=ts, tid=tid, **params)


def sample(user: int | None, system: int | None, *, tid: int = 7) -> bytes:
    return build("PROCINFO_E", ts=9, tid=tid, cpu_usr=user, cpu_sys=system)


@pytest.fixture
def probe() -> Probe:
    state = State()
    for tid in (7, 8):
        state.seed_thread(tid=tid, pid=7, comm="worker")
    return Probe(state)


def times(probe: Probe, record: bytes, *, cpu: int = 0) -> tuple[Any, Any]:
    view = probe.at(record, cpu)
    return bind("thread.exectime").value(view), bind("thread.totexectime").value(view)


def test_thread_had_its_cpu_since_the_switch_before(probe: Probe) -> None:
    assert times(probe, switch(100, 7)) == (0, 0)
    assert times(probe, switch(130, 8)) == (30, 30)
    assert times(probe, switch(150, 7)) == (20, 20)
    assert times(probe, switch(160, 8)) == (10, 40)
    assert times(probe, build("getcwd", ts=165, tid=8, res=1)) == (0, 40)


def test_idle_time_is_nobody_s(probe: Probe) -> None:
    times(probe, switch(100, 7))
    assert times(probe, switch(190, 0)) == (None, None)
    assert times(probe, switch(200, 7)) == (10, 10)


def test_each_cpu_switches_for_itself(probe: Probe) -> None:
    times(probe, switch(100, 7), cpu=0)
    assert times(probe, switch(500, 8), cpu=1) == (0, 0)
    assert times(probe, switch(120, 8), cpu=0) == (20, 20)
    # Of more CPUs than are followed nothing is known.
    assert times(probe, switch(600, 8), cpu=5000) == (0, 20)
    assert times(probe, switch(700, 8), cpu=5000) == (0, 20)


def test_switches_out_of_order_take_no_time(probe: Probe) -> None:
    times(probe, switch(100, 7))
    assert times(probe, switch(90, 8)) == (0, 0)


def test_switch_tells_of_memory_and_faults(probe: Probe) -> None:
    facts = {"pgft_maj": 3, "pgft_min": 4, "vm_size": 900, "vm_rss": 80, "vm_swap": 7}
    view = probe.at(switch(100, 8, **facts))
    names = ("thread.pfmajor", "thread.pfminor", "thread.vmsize")
    assert [bind(name).value(view) for name in names] == [3, 4, None]
    view = probe.at(build("getcwd", ts=101, tid=7, res=1))
    names = ("thread.pfmajor", "thread.vmsize", "thread.vmrss", "proc.vmswap")
    assert [bind(name).value(view) for name in names] == [0, 900, 80, 7]


def test_samples_of_cpu_time_are_told_as_the_difference(probe: Probe) -> None:
    names = ("thread.cpu", "thread.cpu.user", "thread.cpu.system")
    seen = []
    for record in (sample(10, 5), sample(30, 6), sample(30, 6), sample(500, 6)):
        view = probe.at(record)
        seen.append([bind(name).value(view) for name in names])
    assert seen == [[0, 0, 0], [21, 20, 1], [0, 0, 0], [100, 100, 0]]
    view = probe.at(build("getcwd", ts=10, tid=7, res=1))
    assert [bind(name).value(view) for name in names] == [None] * 3


def test_sample_without_numbers_changes_nothing(probe: Probe) -> None:
    probe.at(sample(10, 5))
    probe.at(sample(ABSENT, 5))
    assert bind("thread.cpu").value(probe.at(sample(12, 5))) == 2


def test_counters_go_with_the_samples(probe: Probe) -> None:
    names = ("evt.count.procinfo", "evt.count.threadinfo")
    view = probe.at(sample(1, 1))
    assert [bind(name).value(view) for name in names] == [1, 1]
    view = probe.at(sample(1, 1, tid=8))
    assert [bind(name).value(view) for name in names] == [None, 1]


MEMORY = [
    event
    for event in EVENTS.values()
    if [param.name for param in event.params[1:4]] == ["vm_size", "vm_rss", "vm_swap"]
]
VM = ("proc.vmsize", "proc.vmrss", "proc.vmswap")


@pytest.mark.parametrize("event", MEMORY, ids=lambda event: event.id)
def test_memory_calls_tell_what_the_process_has(probe: Probe, event: EventInfo) -> None:
    probe.at(build(event.id, ts=5, tid=8, vm_size=50, vm_rss=30, vm_swap=2))
    for tid in (8, 7):
        view = probe.at(
            build(event.id, ts=6, tid=tid, vm_size=ABSENT, vm_rss=ABSENT, vm_swap=ABSENT)
        )
        assert [bind(name).value(view) for name in VM] == [50, 30, 2]


def test_memory_calls_are_these_four() -> None:
    assert [event.name for event in MEMORY] == ["brk", "mmap", "mmap2", "munmap"]

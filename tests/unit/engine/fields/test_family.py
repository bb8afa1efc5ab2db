# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import State
from tests.record_builder import build
from tests.unit.engine.fields.host import TS

DEEP = 70


def line() -> Probe:
    """Processes 1 to DEEP, each the parent of the next."""
    state = State()
    for pid in range(1, DEEP + 1):
        state.seed_thread(tid=pid, pid=pid, ptid=pid - 1, vpid=pid, comm=f"p{pid}", sid=1)
    return Probe(state)


@pytest.mark.parametrize(("level", "name"), [(0, "p70"), (1, "p69"), (64, "p6"), (65, None)])
def test_ancestors_are_counted_up_to_a_limit(level: int, name: str | None) -> None:
    probe = line()
    view = probe.at(build("getdents64", ts=TS, tid=DEEP, res=0, fd=9))
    assert bind(f"proc.aname[{level}]").text(view) == name


def test_all_ancestors_up_to_the_limit_are_printed() -> None:
    probe = line()
    view = probe.at(build("getdents64", ts=TS, tid=DEEP, res=0, fd=9))
    assert bind("proc.aname").text(view).split() == [f"p{pid}" for pid in range(69, 5, -1)]


def test_a_leader_on_the_host_need_not_be_an_ancestor() -> None:
    state = State()
    state.seed_thread(tid=5, pid=5, vpid=5, comm="leader")
    state.seed_thread(tid=6, pid=6, vpid=6, ptid=1, sid=5, comm="orphan")
    probe = Probe(state)
    view = probe.at(build("getdents64", ts=TS, tid=6, res=0, fd=9))
    assert bind("proc.sname").text(view) == "leader"


def test_a_number_of_a_namespace_is_not_looked_up_on_the_host() -> None:
    state = State()
    state.seed_thread(tid=5, pid=5, vpid=5, comm="other")
    state.seed_thread(tid=600, pid=600, vpid=6, ptid=1, sid=5, comm="contained")
    probe = Probe(state)
    view = probe.at(build("getdents64", ts=TS, tid=600, res=0, fd=9))
    assert bind("proc.sname").text(view) is None

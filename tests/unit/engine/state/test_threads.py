# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.state.tables import State

# Few enough ids that they collide, far enough apart that the table's places do, too.
TIDS = st.sampled_from([1, 2, 3, 255, 256, 257, 512, 4096, 4097, 2**31, 2**62])


@given(st.lists(st.tuples(st.booleans(), TIDS | st.integers(1, 2000))))
def test_table_agrees_with_a_dict(steps: list[tuple[bool, int]]) -> None:
    state = State()
    known: dict[int, str] = {}
    for number, (add, tid) in enumerate(steps):
        if add:
            state.seed_thread(tid=tid, comm=str(number))
            known[tid] = str(number)
        else:
            state.remove_thread(tid)
            known.pop(tid, None)
    assert sorted(state.tids()) == sorted(known)
    for tid, comm in known.items():
        thread = state.thread(tid)
        assert thread is not None
        assert thread["comm"] == comm
    assert state.counters()["threads"] == len(known)


def test_many_threads_are_all_found() -> None:
    state = State()
    for tid in range(1, 20001):
        state.seed_thread(tid=tid, ptid=tid - 1)
    for tid in range(1, 20001, 2):
        state.remove_thread(tid)
    for tid in range(1, 20001):
        assert (state.thread(tid) is None) == (tid % 2 == 1)
    counters = state.counters()
    assert (counters["threads_added"], counters["threads_removed"]) == (20000, 10000)


def test_threads_without_a_positive_id_do_not_exist() -> None:
    state = State()
    assert not state.seed_thread(tid=0)
    assert not state.seed_thread(tid=-1)
    assert state.thread(0) is None
    assert state.tids() == []


def test_removed_thread_leaves_its_process() -> None:
    state = State()
    state.seed_thread(tid=1, pid=1)
    state.seed_thread(tid=2, pid=1)
    state.remove_thread(2)
    thread = state.thread(1)
    assert thread is not None
    assert (thread["others"], thread["fds_owners"]) == (0, 1)

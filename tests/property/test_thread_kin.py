# SPDX-License-Identifier: Apache-2.0
"""Lists of children and threads agree with a search of all threads, whatever happens.

FALCOMOD_EXAMPLES multiplies the number of examples.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from falcomod.engine.state.tables import State
from falcomod.engine.state.update import apply_record
from tests.record_builder import build

FACTOR = int(os.environ.get("FALCOMOD_EXAMPLES", "1"))

# Few enough that ids are used again, and that parents are often not known.
TIDS = st.integers(1, 12)
FLAGS = st.sampled_from(
    [[], ["CLONE_THREAD"], ["CLONE_PARENT"], ["CLONE_FILES"], ["CLONE_CHILD_IN_PIDNS"]]
)
STEPS = st.one_of(
    st.tuples(st.just("seed"), TIDS, TIDS, TIDS | st.just(0)),
    st.tuples(st.just("remove"), TIDS),
    st.tuples(st.just("clone"), TIDS, TIDS | st.just(0), TIDS, TIDS | st.just(0), FLAGS),
    st.tuples(st.just("exec"), TIDS, TIDS | st.just(0)),
    st.tuples(st.just("end"), TIDS, TIDS | st.just(0)),
    st.tuples(st.just("call"), TIDS),
    st.tuples(st.just("wait")),
)


def parents(state: State) -> dict[int, int]:
    found = {}
    for tid in state.tids():
        facts = state.thread(tid)
        assert facts is not None
        found[tid] = facts["ptid"]
    return found


def end(state: State, ts: int, tid: int, reaper: int) -> None:
    """Ends a thread; whoever named it as the parent must name the reaper then."""
    facts = state.thread(tid)
    is_alive = facts is None or facts["exit_ns"] == 0
    before = parents(state)
    apply_record(state, build("procexit", ts=ts, tid=tid, reaper_tid=reaper))
    for child, parent in parents(state).items():
        if child in before:
            moves = is_alive and reaper and tid in state.tids() and before[child] == tid
            assert parent == (reaper if moves else before[child])


def take(state: State, ts: int, step: tuple[Any, ...]) -> None:
    match step:
        case "seed", tid, pid, ptid:
            state.seed_thread(tid=tid, pid=pid, ptid=ptid)
        case "remove", tid:
            state.remove_thread(tid)
        case "clone", tid, child, pid, ptid, flags:
            record = build(
                "clone", ts=ts, tid=tid, res=child, pid=pid, ptid=ptid, vtid=tid, flags=flags
            )
            apply_record(state, record)
        case "exec", tid, ptid:
            apply_record(state, build("execve", ts=ts, tid=tid, res=0, pid=tid, ptid=ptid))
        case "end", tid, reaper:
            end(state, ts, tid, reaper)
        case "call", tid:
            apply_record(state, build("close", ts=ts, tid=tid, res=0, fd=3))
        case ("wait",):
            # Ended threads are removed now, and not by the event of the next step.
            apply_record(state, build("close", ts=ts, tid=1, res=0, fd=3))


@settings(max_examples=500 * FACTOR, deadline=None, print_blob=True)
@given(st.sampled_from([4, 8, 131072]), st.lists(STEPS, max_size=40))
def test_lists_agree_with_a_search(limit: int, steps: list[tuple[Any, ...]]) -> None:
    state = State(thread_limit=limit)
    ts = 10
    for step in steps:
        # The grace of ended threads is over after a wait.
        ts += 3 * 10**9 if step[0] == "wait" else 1
        take(state, ts, step)
        assert state.kin_faults() == []
        for tid, parent in parents(state).items():
            assert parent <= 0 or tid in state.children(parent)
    for tid in state.tids():
        state.remove_thread(tid)
    assert state.kin_faults() == []
    assert all(state.children(tid) == [] for tid in range(13))

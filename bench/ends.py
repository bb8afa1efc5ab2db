# SPDX-License-Identifier: Apache-2.0
"""What the end of a process costs as the thread table grows: python -m bench.ends.

A program decides how many orphans it leaves and how often it runs another program
beside threads of its own; neither may cost more because others run on the host.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from falcomod.engine.state.tables import State
from falcomod.engine.state.update import apply_records
from tests.record_builder import build

SIZES = (1_000, 10_000, 100_000)
FIRST = 1_000_000  # tids of what is measured
BATCH = 200  # fewer than ended threads are kept
ROUNDS = 5
THREAD = ["CLONE_THREAD", "CLONE_FILES", "CLONE_VM"]
IMAGE: dict[str, Any] = {"exe": "sh", "args": "", "comm": "sh", "cgroups": "cpu=/\0"}

Kind = Callable[[int], tuple[list[bytes], list[bytes]]]


def filled(size: int) -> State:
    state = State(thread_limit=2 * SIZES[-1])
    for tid in range(1, size + 1):
        state.seed_thread(tid=tid, pid=tid, ptid=max(0, tid - 1), vtid=tid, vpid=tid)
    return state


def clone(tid: int, child: int, flags: list[str], ts: int) -> bytes:
    ids = {"pid": tid, "ptid": 1, "vtid": tid, "vpid": tid}
    return build("clone", ts=ts, tid=tid, res=child, flags=flags, **(ids | IMAGE))


def orphaning(ts: int) -> tuple[list[bytes], list[bytes]]:
    """Processes with one child each; their ends."""
    before, ends = [], []
    for tid in range(FIRST, FIRST + 3 * BATCH, 3):
        before += [clone(1, tid, [], ts), clone(tid, tid + 1, [], ts)]
        ends.append(build("procexit", ts=ts, tid=tid, reaper_tid=1))
    return before, ends


def replacing(ts: int) -> tuple[list[bytes], list[bytes]]:
    """Processes with one more thread each; the programs they run then."""
    before, runs = [], []
    for tid in range(FIRST, FIRST + 3 * BATCH, 3):
        before += [clone(1, tid, [], ts), clone(tid, tid + 1, THREAD, ts)]
        runs.append(build("execve", ts=ts, tid=tid, res=0, pid=tid, ptid=1, **IMAGE))
    return before, runs


def best_us(size: int, kind: Kind) -> float:
    """Processor microseconds for each of the measured events."""
    state = filled(size)
    best = float("inf")
    for number in range(ROUNDS):
        before, measured = kind(10 + number)
        apply_records(state, before)
        started = time.thread_time()
        apply_records(state, measured)
        best = min(best, time.thread_time() - started)
    return 1e6 * best / BATCH


def main() -> None:
    for kind in (orphaning, replacing):
        for size in SIZES:
            print(f"{kind.__name__:>10}, {size:>7} threads: {best_us(size, kind):9.2f} us")


if __name__ == "__main__":
    main()

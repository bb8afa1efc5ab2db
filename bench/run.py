# SPDX-License-Identifier: Apache-2.0
"""Cost per event, stage by stage: python bench/run.py [--events N] [--rules FILE].

Each line adds a stage to the one above it, all in one thread, with the best of
several rounds, in processor time (what others do on the machine counts as little as
it can).  Records come from bench/mix.py; "ring" reads them out of two
mapped rings, the other stages out of memory.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench import match, mix  # noqa: E402
from falcomod.engine.capture.source import ReplaySource, RingSource  # noqa: E402
from falcomod.engine.loop import Engine  # noqa: E402
from falcomod.engine.match.ruleset import Ruleset  # noqa: E402
from falcomod.engine.state.tables import State  # noqa: E402
from falcomod.engine.state.waiting import Waiting  # noqa: E402
from tests.record_builder import build  # noqa: E402
from tests.ring_file import RingFile  # noqa: E402

RULES = ROOT / "rules" / "falcomod_rules.yaml"
DISTINCT = 10_000
ROUNDS = 5
RING_SIZE = 1 << 20
RING_CPUS = 2


def starter_rules(path: Path) -> Ruleset:
    from falcomod.rules.compile import compile_rules
    from falcomod.rules.load import load_files

    return compile_rules(load_files([path])).ruleset


def seeded_state() -> State:
    state = State()
    mix.seed(state)
    return state


def timed(engine: Engine, events: int) -> float:
    """Processor seconds for *events* records."""
    taken = 0
    started = time.thread_time()
    while taken < events:
        taken += engine.run(0, events - taken)
    return time.thread_time() - started


def replay(
    events: int,
    records: list[bytes],
    state: State | None,
    rules: Ruleset | None,
    waiting: Waiting | None = None,
) -> float:
    """Seconds per event of the stages that are not None, from memory."""
    data = b"".join(records)
    best = float("inf")
    for _ in range(ROUNDS):
        source = ReplaySource(data, repeat=events // len(records) + 1)
        engine = Engine(source, state, rules, print, waiting=waiting)
        best = min(best, timed(engine, events) / events)
        counters = engine.counters()
        if counters["corrupt"] or counters["matches"] or counters["errors"]:
            raise SystemExit(f"the mix is not what it should be: {counters}")
    return best


def with_containers(events: int, records: list[bytes], rules: Ruleset) -> float:
    """The same with records that could have to wait for their container, and need not."""
    state = seeded_state()
    return replay(events, records, state, rules, Waiting(state, print))


def filled(records: list[bytes], size: int) -> tuple[bytes, int]:
    """Exactly *size* bytes of records, a write of fitting length last; and their number."""
    kept: list[bytes] = []
    total = 0
    for record in records * (size // sum(map(len, records)) + 1):
        if total + len(record) > size - 4096:
            break
        kept.append(record)
        total += len(record)
    missing = size - total - len(build("write"))
    kept.append(build("write", data=bytes(missing)))
    return b"".join(kept), len(kept)


def through_rings(events: int, records: list[bytes]) -> float:
    """Seconds per event of reading two rings in order of time and decoding."""
    data, count = filled(records, RING_SIZE)
    best = float("inf")
    with RingFile(RING_CPUS, RING_SIZE) as file:
        source = RingSource()
        for cpu in range(RING_CPUS):
            file.lay(cpu, data)
            source.attach_ring(file.fd, cpu, RING_SIZE)
        for _ in range(ROUNDS):
            engine = Engine(source, None, None, print)
            seconds, taken = 0.0, 0
            while taken < events:
                for cpu in range(RING_CPUS):
                    file.set_word(cpu, "head", file.word(cpu, "head") + RING_SIZE)
                seconds += timed(engine, RING_CPUS * count)
                taken += RING_CPUS * count
            best = min(best, seconds / taken)
            if engine.counters()["corrupt"]:
                raise SystemExit(f"the rings are not what they should be: {engine.counters()}")
    return best


def report(name: str, seconds: float, before: float) -> None:
    added = f"{(seconds - before) * 1e9:+8.1f}" if before else " " * 8
    print(f"{name:<24}{1 / seconds / 1e6:>10.2f} M/s{seconds * 1e9:>10.1f} ns {added}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--rules", type=Path, default=RULES)
    parser.add_argument("--mix", action="store_true", help="print the shares of the events")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    records = mix.Mix().make(DISTINCT)
    average = sum(map(len, records)) / len(records)
    print(
        f"{len(records)} distinct records of {average:.0f} bytes, {arguments.events} events a round"
    )
    if arguments.mix:
        for name, share in mix.distribution(records):
            print(f"    {name:<20}{share:>8.2%}")
    print(f"{'stage':<24}{'events':>14}{'each':>13} {'added':>8}")
    rules = starter_rules(arguments.rules)
    stages: list[tuple[str, Callable[[], float]]] = [
        ("decode", lambda: replay(arguments.events, records, None, None)),
        ("+ state", lambda: replay(arguments.events, records, seeded_state(), None)),
        ("+ rules", lambda: replay(arguments.events, records, seeded_state(), rules)),
        ("+ containers", lambda: with_containers(arguments.events, records, rules)),
    ]
    before = 0.0
    for name, measure in stages:
        seconds = measure()
        report(name, seconds, before)
        before = seconds
    report("ring, merge, decode", through_rings(arguments.events, records), 0.0)
    match.report(arguments.events // 4, records)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""What evaluation adds to an event, by the number of rules: python bench/match.py [--events N].

The rules are those of bench/rules_file.py, in three sizes of the same proportions.
None matches an event of the mix.  Time is that of the thread, so that others on the
machine disturb little.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench import mix, rules_file  # noqa: E402
from falcomod.engine.capture.source import ReplaySource  # noqa: E402
from falcomod.engine.loop import Engine  # noqa: E402
from falcomod.engine.match.ruleset import Ruleset  # noqa: E402
from falcomod.engine.state.tables import State  # noqa: E402
from falcomod.rules.compile import compile_rules  # noqa: E402
from falcomod.rules.load import load_sources  # noqa: E402
from falcomod.rules.text import SourceFile  # noqa: E402

COUNTS = (0, 9, 90, 900)
ROUNDS = 5


def ruleset_of(count: int) -> Ruleset:
    """That many rules."""
    name = f"{count} rules"
    return compile_rules(load_sources([SourceFile(name, rules_file.scaled(count))])).ruleset


def per_event(events: int, data: bytes, records: int, rules: Ruleset | None) -> float:
    """Seconds for an event: the best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        state = State()
        mix.seed(state)
        engine = Engine(ReplaySource(data, repeat=events // records + 1), state, rules, print)
        taken = 0
        started = time.thread_time()
        while taken < events:
            taken += engine.run(0, events - taken)
        best = min(best, (time.thread_time() - started) / events)
        if engine.counters()["matches"]:
            raise SystemExit("a rule matched that should not")
    return best


def measured(events: int, records: list[bytes]) -> Iterator[tuple[int, float]]:
    """(number of rules, seconds for an event through decode, state and rules)."""
    data = b"".join(records)
    for count in COUNTS:
        yield count, per_event(events, data, len(records), ruleset_of(count) if count else None)


def report(events: int, records: list[bytes]) -> None:
    """Prints a line for each number of rules."""
    print(f"{'rules':<24}{'events':>14}{'each':>13} {'grows by':>9}")
    before = 0.0
    for count, seconds in measured(events, records):
        growth = f"{seconds / before:>8.2f}x" if before else ""
        print(
            f"{count:<24}{1 / seconds / 1e6:>10.2f} M/s{seconds * 1e9:>10.1f} ns {growth}",
            flush=True,
        )
        before = seconds if count else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=500_000)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    report(arguments.events, mix.Mix().make(10_000))


if __name__ == "__main__":
    main()

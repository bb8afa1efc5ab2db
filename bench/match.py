# SPDX-License-Identifier: Apache-2.0
"""What evaluation adds to an event, by the number of rules: python bench/match.py [--events N].

The rules are of the usual shape: most begin with one of a few shared macros (a file
opened for writing or reading, a connection made, a program started), followed by
conditions of their own and a list of exceptions.  None matches an event of the mix.
Time is that of the thread, so that others on the machine disturb little.
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

from bench import mix  # noqa: E402
from falcomod.engine.capture.source import ReplaySource  # noqa: E402
from falcomod.engine.decode.schema import codes_of  # noqa: E402
from falcomod.engine.loop import Engine  # noqa: E402
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder  # noqa: E402
from falcomod.engine.state.tables import State  # noqa: E402

COUNTS = (0, 10, 100, 1000)
ROUNDS = 5

# (calls, conditions shared by all rules of the kind, field of the rule's own condition)
OPENED = ("fd.num", ">=", ["0"])
DONE = ("evt.res", "=", ["SUCCESS"])
KINDS = (
    (("open", "openat"), (("evt.is_open_write", "=", ["true"]), OPENED), "fd.name"),
    (("open", "openat"), (("evt.is_open_read", "=", ["true"]), OPENED), "fd.name"),
    (("connect",), (DONE, ("container.id", "!=", ["host"])), "proc.name"),
    (("execve",), (DONE,), "proc.cmdline"),
)


def ruleset_of(count: int) -> Ruleset:
    """That many rules."""
    builder = RulesetBuilder("first")
    for number in range(count):
        calls, shared, field = KINDS[number % len(KINDS)]
        macro = builder.all_of(
            [builder.check("evt.type", "in", calls), *(builder.check(*check) for check in shared)]
        )
        own = builder.check(field, "startswith", [f"/nowhere/{number}/"])
        known = [f"known-{(number * 7 + n) % 50}" for n in range(12)]
        excepted = builder.negate(builder.check("proc.name", "in", known))
        codes = frozenset().union(*map(codes_of, calls))
        builder.rule(number, builder.all_of([macro, excepted, own]), codes)
    return builder.build()


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


def added(events: int, records: list[bytes]) -> Iterator[tuple[int, float, float]]:
    """(number of rules, seconds added to an event of the mix, the same for an event with rules)."""
    data = b"".join(records)
    without = per_event(events, data, len(records), None)
    codes = {code for calls, _, _ in KINDS for call in calls for code in codes_of(call)}
    share = sum(int.from_bytes(record[20:22], "little") in codes for record in records)
    for count in COUNTS:
        seconds = per_event(events, data, len(records), ruleset_of(count)) - without
        yield count, seconds, seconds * len(records) / share


def report(events: int, records: list[bytes]) -> None:
    """Prints a line for each number of rules."""
    print(f"{'rules':<24}{'added':>14}{'for events with rules':>24}")
    for count, seconds, concerned in added(events, records):
        print(f"{count:<24}{seconds * 1e9:>11.1f} ns{concerned * 1e9:>21.1f} ns", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=500_000)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    report(arguments.events, mix.Mix().make(10_000))


if __name__ == "__main__":
    main()

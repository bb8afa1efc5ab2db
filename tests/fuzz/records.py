# SPDX-License-Identifier: Apache-2.0
"""Damaged records through decode, state and rules: python -m tests.fuzz.records [--seed N].

Every record must be counted, by the same fault as the slow twin names; the rest is
the sanitizers' to see.  The rules are shipped ones and match whatever they match;
each match is printed to text, so that the fields read damaged parameters, too.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bench.mix import seed as seed_state
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.decode.event import decode_record
from falcomod.engine.loop import Engine
from falcomod.engine.state.tables import State
from tests.fuzz.mutate import mutants
from tests.reference import decode as reference

ROOT = Path(__file__).resolve().parents[2]


def expected_counters(pieces: Iterable[bytes]) -> Counter[str]:
    """What the twin says about the pieces, under the names of Engine.counters()."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        for found in reference.records(piece):
            if isinstance(found, reference.CorruptError):
                counts["corrupt"] += 1
                counts[f"corrupt_{found.fault}"] += 1
            else:
                counts["events"] += 1
    return counts


def decode_each(pieces: Iterable[bytes]) -> None:
    """Each piece in memory of its own, whose ends a sanitizer watches."""
    for piece in pieces:
        decode_record(piece)


def through_engine(pieces: list[bytes]) -> dict[str, int]:
    """The engine's counters after the pieces, with every stage switched on."""
    from falcomod.engine.fields.registry import all_fields, bind
    from falcomod.rules.compile import compile_rules
    from falcomod.rules.load import load_files

    state = State(thread_limit=4096, fd_limit=64)
    seed_state(state)
    rules = compile_rules(load_files([ROOT / "rules" / "falcomod_rules.yaml"]), matching="all")
    fields = [bind(info.name) for info in all_fields() if info.argument != "required"]
    everything = compile_rules(load_files([ROOT / "tests" / "fuzz" / "every_event.yaml"]))

    def print_all(rule_ids: tuple[int, ...], view: object) -> None:
        for field in fields:
            field.text(view)

    def fail(error: Exception) -> None:
        raise error

    engine = Engine(ReplaySource(pieces), state, rules.ruleset, print_all, on_error=fail)
    run_to_end(engine)
    counters = engine.counters()
    sample = ReplaySource(pieces[:: max(1, len(pieces) // 5000)])
    run_to_end(Engine(sample, state, everything.ruleset, print_all, on_error=fail))
    return counters


def run_to_end(engine: Engine) -> None:
    while not engine.at_end:
        engine.run(0, 10_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--count", type=int, default=100_000)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.count} records", flush=True)
    pieces = list(mutants(arguments.seed, arguments.count))
    decode_each(pieces)
    counters = through_engine(pieces)
    expected = expected_counters(pieces)
    differing = {
        name: (counters[name], expected[name])
        for name in counters
        if name.startswith(("corrupt", "events")) and counters[name] != expected[name]
    }
    if not counters["matches"]:
        raise SystemExit("no rule matched, so nothing behind the rules was tried")
    if differing:
        raise SystemExit(f"engine and twin disagree: {differing}")
    print(", ".join(f"{name} {value}" for name, value in counters.items()))


if __name__ == "__main__":
    main()

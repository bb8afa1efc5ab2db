# SPDX-License-Identifier: Apache-2.0
"""Damaged records through decode, state and rules.

Every record must be counted, by the same fault as the slow twin names; the rest is
the sanitizers' to see.  The rules are shipped ones and match whatever they match;
each match is printed to text, so that the fields read damaged parameters, too.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from bench.mix import seed as seed_state
from falcomod.engine.capture.source import ReplaySource
from falcomod.engine.decode.event import decode_record
from falcomod.engine.fields.registry import FieldRef, all_fields, bind
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import Ruleset
from falcomod.engine.state.tables import State
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_files
from tests.fuzz import campaign
from tests.fuzz.mutate import corpus, damaged
from tests.reference import decode as reference

ROOT = Path(__file__).resolve().parents[2]
BATCH = 2000  # records of one input


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


@cache
def rulesets() -> tuple[Ruleset, Ruleset]:
    """The shipped rules, and one that every event matches."""
    shipped = compile_rules(load_files([ROOT / "rules" / "falcomod_rules.yaml"]), matching="all")
    every = compile_rules(load_files([ROOT / "tests" / "fuzz" / "every_event.yaml"]))
    return shipped.ruleset, every.ruleset


@cache
def fields() -> list[FieldRef]:
    return [bind(info.name) for info in all_fields() if info.argument != "required"]


def through_engine(pieces: list[bytes]) -> dict[str, int]:
    """The engine's counters after the pieces, with every stage switched on."""
    state = State(thread_limit=4096, fd_limit=64)
    seed_state(state)
    shipped, every = rulesets()

    def print_all(rule_ids: tuple[int, ...], view: object) -> None:
        for field in fields():
            field.text(view)

    def fail(error: Exception) -> None:
        raise error

    engine = Engine(ReplaySource(pieces), state, shipped, print_all, on_error=fail)
    run_to_end(engine)
    run_to_end(Engine(ReplaySource(pieces[::20]), state, every, print_all, on_error=fail))
    return engine.counters()


def run_to_end(engine: Engine) -> None:
    while not engine.at_end:
        engine.run(0, 10_000)


def attempt(data: bytes) -> Counter[str]:
    """What became of a batch of records, which the twin must confirm."""
    pieces = campaign.unpacked(data)
    decode_each(pieces)
    counters = through_engine(pieces)
    expected = expected_counters(pieces)
    differing = {
        name: (counters[name], expected[name])
        for name in counters
        if name.startswith(("corrupt", "events")) and counters[name] != expected[name]
    }
    if differing:
        raise AssertionError(f"engine and twin disagree: {differing}")
    return Counter(counters)


def inputs(rng: random.Random) -> Iterator[bytes]:
    sound = corpus(rng.getrandbits(32))
    while True:
        yield campaign.packed(damaged(rng, rng.choice(sound)) for _ in range(BATCH))


TARGET = campaign.Target(
    "records", __doc__, inputs, attempt, frozenset({"events", "matches", "corrupt"})
)

if __name__ == "__main__":
    campaign.run(TARGET)

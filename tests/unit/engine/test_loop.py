# SPDX-License-Identifier: Apache-2.0
"""The loop: what it counts, what it contains, and that it makes no Python objects."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from bench.mix import Mix, seed
from falcomod.engine.capture.source import ReplaySource, RingSource
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import Ruleset, RulesetBuilder
from falcomod.engine.state.context import ContextView
from falcomod.engine.state.tables import State
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_files
from tests.fuzz.mutate import mutants
from tests.fuzz.records import expected_counters
from tests.record_builder import HEADER, build
from tests.ring_file import PAGE, RingFile

ROOT = Path(__file__).resolve().parents[3]
OPEN_SHADOW = build("openat", ts=7, tid=5, fd=3, name="/etc/shadow")
OPEN_OTHER = build("openat", ts=8, tid=5, fd=4, name="/etc/hosts")
CLOSE = build("close", ts=9, tid=5, fd=3)
MUTANTS = 100_000


def ruleset(*paths: str, matching: str = "first") -> Ruleset:
    """One rule for each path: an open of it; ids count from 0."""
    builder = RulesetBuilder(matching)
    for rule_id, path in enumerate(paths):
        node = builder.check("fd.name", "=", [path])
        builder.rule(rule_id, node, [code for code in EVENTS if EVENTS[code].name == "openat"])
    return builder.build()


class Seen:
    """Collects what the callback is told."""

    def __init__(self, fail: BaseException | None = None) -> None:
        self.matches: list[tuple[tuple[int, ...], int, int]] = []
        self.errors: list[Exception] = []
        self.views: list[ContextView] = []
        self.fail = fail

    def __call__(self, rule_ids: tuple[int, ...], view: ContextView) -> None:
        self.matches.append((rule_ids, view.number, view.ts_ns))
        self.views.append(view)
        if self.fail is not None:
            raise self.fail


def engine_of(
    records: bytes | list[bytes],
    seen: Callable[[tuple[int, ...], ContextView], None] | None = None,
    rules: Ruleset | None = None,
    **options: object,
) -> Engine:
    return Engine(ReplaySource(records), State(), rules, seen or Seen(), **options)


def test_matching_event_is_handed_over_with_its_number() -> None:
    seen = Seen()
    engine = engine_of([CLOSE, OPEN_SHADOW, OPEN_OTHER], seen, ruleset("/etc/shadow"))
    assert engine.run(0, 100) == 3
    assert seen.matches == [((0,), 2, 7)]
    assert (engine.counters()["events"], engine.counters()["matches"]) == (3, 1)


def test_several_rules_come_in_their_order() -> None:
    seen = Seen()
    engine = engine_of(
        OPEN_SHADOW, seen, ruleset("/etc/shadow", "/", "/etc/shadow", matching="all")
    )
    engine.run(0, 100)
    assert seen.matches == [((0, 2), 1, 7)]


def test_view_is_empty_after_the_callback() -> None:
    seen = Seen()
    engine_of(OPEN_SHADOW, seen, ruleset("/etc/shadow")).run(0, 1)
    with pytest.raises(ValueError, match="after its callback"):
        _ = seen.views[0].ts_ns


def test_run_stops_at_the_limit_and_goes_on_there() -> None:
    engine = engine_of([CLOSE, OPEN_SHADOW, OPEN_OTHER])
    assert [engine.run(0, 2), engine.at_end, engine.run(0, 2)] == [2, False, 1]
    assert engine.at_end
    assert engine.run(0, 2) == 0


def test_ruleset_can_be_set_between_runs() -> None:
    seen = Seen()
    engine = engine_of([OPEN_SHADOW, OPEN_SHADOW], seen, ruleset("/none"))
    engine.run(0, 1)
    engine.ruleset = ruleset("/etc/shadow")
    engine.run(0, 1)
    assert seen.matches == [((0,), 2, 7)]


def test_stages_can_be_left_out() -> None:
    engine = Engine(ReplaySource(OPEN_SHADOW), None, None, Seen())
    assert engine.run(0, 10) == 1
    assert engine.counters()["events"] == 1


def test_repeat_gives_the_records_again() -> None:
    engine = Engine(ReplaySource([OPEN_SHADOW, CLOSE], repeat=3), None, None, Seen())
    assert engine.run(0, 100) == 6


def test_no_records_is_the_end_at_once() -> None:
    engine = engine_of([])
    assert engine.run(0, 100) == 0
    assert engine.at_end


def test_exception_of_the_callback_is_contained_counted_and_told() -> None:
    seen = Seen(ZeroDivisionError("in a sink"))
    engine = engine_of(
        [OPEN_SHADOW, CLOSE, OPEN_SHADOW],
        seen,
        ruleset("/etc/shadow"),
        on_error=seen.errors.append,
    )
    assert engine.run(0, 100) == 3
    assert engine.counters()["errors"] == 2
    assert [str(error) for error in seen.errors] == ["in a sink"] * 2
    assert [number for _, number, _ in seen.matches] == [1, 3]
    with pytest.raises(ValueError, match="after its callback"):
        _ = seen.views[0].number


def test_exception_without_on_error_is_counted() -> None:
    engine = engine_of(OPEN_SHADOW, Seen(ValueError()), ruleset("/etc/shadow"))
    engine.run(0, 100)
    assert engine.counters()["errors"] == 1


def test_interrupt_of_the_callback_ends_the_run_and_loses_no_event() -> None:
    seen = Seen(KeyboardInterrupt())
    engine = engine_of([OPEN_SHADOW, OPEN_OTHER], seen, ruleset("/etc/shadow"))
    with pytest.raises(KeyboardInterrupt):
        engine.run(0, 100)
    assert engine.run(0, 100) == 1
    assert engine.counters()["events"] == 2


def test_corrupt_records_are_counted_by_fault_and_skipped() -> None:
    seen = Seen()
    wild = HEADER.pack(1, 1, HEADER.size, 9999, 0)
    records = wild + build("openat", fd=b"xx") + build("openat", name=b"x") + OPEN_SHADOW
    engine = engine_of(records, seen, ruleset("/etc/shadow"))
    assert engine.run(0, 100) == 4
    counters = engine.counters()
    assert seen.matches == [((0,), 1, 7)]
    assert (counters["corrupt"], counters["events"]) == (3, 1)
    assert counters["corrupt_type"] == counters["corrupt_width"] == counters["corrupt_string"] == 1


def test_wrong_length_drops_the_rest_of_its_piece() -> None:
    broken = HEADER.pack(1, 1, 5, 5, 0)
    engine = engine_of([CLOSE + broken + CLOSE, CLOSE])
    engine.run(0, 100)
    counters = engine.counters()
    assert (counters["corrupt_length"], counters["events"]) == (1, 2)


def test_wrong_length_in_a_ring_drops_that_rings_batch_only() -> None:
    with RingFile(2) as file:
        source = RingSource()
        for cpu in range(2):
            source.attach_ring(file.fd, cpu, PAGE)
        file.push(
            0, build("close", ts=1) + HEADER.pack(2, 1, 2**32 - 1, 5, 0) + build("close", ts=3)
        )
        file.push(1, build("close", ts=4))
        engine = Engine(source, State(), None, Seen())
        assert engine.run(0, 100) == 3
        file.push(0, build("close", ts=5))
        assert engine.run(0, 100) == 1
        counters = engine.counters()
        assert (counters["events"], counters["corrupt_length"]) == (3, 1)
        assert not engine.at_end


def test_ring_source_sums_the_counters_of_its_rings() -> None:
    with RingFile(2) as file:
        source = RingSource()
        for cpu in range(2):
            source.attach_ring(file.fd, cpu, PAGE)
            file.set_word(cpu, "produced", 10)
            file.set_word(cpu, "delivered", 7)
            file.write(cpu, "lost", (3).to_bytes(8, "little"))
        counters = source.counters()
        assert counters["produced"] == 20
        assert counters["produced"] == counters["delivered"] + counters["lost"]
        assert counters["lost_full"] == counters["lost_full_other"] == 6


def allocations_of_a_run(engine: Engine, events: int) -> int:
    before = sys.getallocatedblocks()
    assert engine.run(0, events) == events
    return sys.getallocatedblocks() - before


def starter_rules() -> Ruleset:
    return compile_rules(load_files([ROOT / "rules" / "falcomod_rules.yaml"])).ruleset


@pytest.mark.parametrize("rules", [lambda: ruleset("/none"), starter_rules], ids=["one", "starter"])
def test_events_that_match_nothing_make_no_python_object(rules: Callable[[], Ruleset]) -> None:
    records = Mix().make(5000)
    state = State()
    seed(state)
    seen = Seen()
    engine = Engine(ReplaySource(b"".join(records), repeat=100), state, rules(), seen)
    engine.run(0, 20_000)
    grown = [allocations_of_a_run(engine, events) for events in (1000, 10_000, 100_000)]
    # The result of run() itself is an object; what must not be seen is growth with the events.
    assert max(grown) <= 3
    assert seen.matches == []


def test_damaged_records_never_stop_the_loop_and_are_all_counted() -> None:
    pieces = list(mutants(seed=20, count=MUTANTS))
    engine = engine_of(pieces, None, ruleset("/etc/shadow"))
    while not engine.at_end:
        engine.run(0, 10_000)
    counters = Counter(engine.counters())
    expected = expected_counters(pieces)
    assert {name: counters[name] for name in expected} == expected
    assert counters["errors"] == 0
    assert counters["corrupt"] > MUTANTS / 4


def test_mix_is_in_order_of_time_and_sound() -> None:
    records = Mix().make(2000)
    times = [HEADER.unpack_from(record)[0] for record in records]
    assert all(one < other for one, other in pairwise(times))
    assert expected_counters(records) == {"events": len(records)}

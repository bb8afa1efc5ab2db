# SPDX-License-Identifier: Apache-2.0
"""The eBPF driver's account under load: every call is delivered or counted as lost.

FALCOMOD_STORM_S is how long the storm of opens lasts (seconds, 20).
"""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from falcomod.engine.capture.bpf import BpfSource
from falcomod.engine.decode.schema import LOSS_CLASSES, LOSS_REASONS, SYSCALLS
from falcomod.engine.loop import Engine
from falcomod.engine.state.context import ContextView
from falcomod.engine.state.tables import State
from falcomod.enrich import procfs
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_files, load_sources
from falcomod.rules.text import SourceFile
from tests.agent import RULES
from tests.load.build import build

STORM_S = float(os.environ.get("FALCOMOD_STORM_S", "20"))
PROCESSES = 100_000
WORKERS = 2
RATE_HZ, RATE_S = 200_000, 10
SMALL_RING = 1 << 20
ASLEEP_S = 1  # a consumer that makes a small ring overflow
BATCH = 65_536
DRAIN_LIMIT_S = 10
RULE = """
- rule: {name}
  desc: a count
  condition: {condition}
  output: counted
  priority: DEBUG
"""


class Count:
    """A source drained by an engine whose matches are counted by rule.

    At most one of the rules may match an event.
    """

    def __init__(self, source: BpfSource, rules: CompiledRules, state: State) -> None:
        self.source = source
        self.seen: Counter[str] = Counter()
        self._names = [each.rule.name for each in rules.rules]
        self.engine = Engine(source, state, rules.ruleset, self._note)

    def _note(self, rule_ids: tuple[int, ...], _view: ContextView) -> None:
        self.seen[self._names[rule_ids[0]]] += 1

    def drain_while(self, program: subprocess.Popen[str]) -> None:
        while program.poll() is None:
            self.engine.run(50, BATCH)
        assert program.returncode == 0

    def settle(self) -> dict[str, int]:
        """Stops the source, takes what is left and checks the account; the source's counters."""
        self.source.stop()
        limit = time.monotonic() + DRAIN_LIMIT_S
        while self._taken() < self.source.counters()["delivered"]:
            self.engine.run(10, BATCH)
            assert time.monotonic() < limit, (self.engine.counters(), self.source.counters())
        counters = self.source.counters()
        assert counters["produced"] == counters["delivered"] + counters["lost"]
        assert counters["lost"] == sum(counters[f"lost_{reason}"] for reason in LOSS_REASONS)
        for reason in LOSS_REASONS:
            by_class = sum(counters[f"lost_{reason}_{kind}"] for kind in LOSS_CLASSES)
            assert counters[f"lost_{reason}"] == by_class
        assert self.engine.counters()["events"] == counters["delivered"]
        return counters

    def _taken(self) -> int:
        counters = self.engine.counters()
        return counters["events"] + counters["corrupt"]


def counting(**conditions: str) -> CompiledRules:
    text = "".join(RULE.format(name=name, condition=each) for name, each in conditions.items())
    return compile_rules(load_sources([SourceFile("counting", text)]))


@contextmanager
def opened(syscalls: Iterable[int], **options: Any) -> Iterator[BpfSource]:
    source = BpfSource(syscalls=syscalls, **options)
    try:
        source.start()
        yield source
    finally:
        source.close()


@contextmanager
def waiting(*command: object) -> Iterator[subprocess.Popen[str]]:
    """A program that begins with a line of input."""
    program = subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with program:
        try:
            yield program
        finally:
            program.kill()


def begin(program: subprocess.Popen[str]) -> None:
    assert program.stdin is not None
    program.stdin.write("\n")
    program.stdin.flush()


def line(program: subprocess.Popen[str]) -> list[str]:
    assert program.stdout is not None
    return program.stdout.readline().split()


def numbers(*names: str) -> list[int]:
    return [SYSCALLS[name].sc for name in names]


def test_every_short_process_is_delivered_or_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = build("tiny", tmp_path)
    births = ["clone", "clone3", "fork", "vfork"]
    born = f"evt.type in ({', '.join(births)}) and evt.rawres > 0"
    with waiting(build("processes", tmp_path), PROCESSES, tiny) as program:
        rules = counting(
            born=f"{born} and thread.tid = {program.pid}",
            ran="evt.type = execve and evt.rawres = 0 and proc.name = tiny",
            ended="evt.type = procexit and proc.name = tiny",
        )
        with opened(numbers(*births, "execve")) as source:
            count = Count(source, rules, State())
            begin(program)
            began = time.monotonic()
            count.drain_while(program)
            seconds = time.monotonic() - began
            lost = count.settle()["lost"]
        assert line(program) == [str(PROCESSES)]
    with capsys.disabled():
        print(f"\n{PROCESSES} processes in {seconds:.1f} s: {dict(count.seen)}, lost {lost}")
    # The end of a process whose start is lost has no name; the others stand for themselves.
    for what, records in (("born", 1), ("ran", 1), ("ended", 2)):
        assert PROCESSES - records * lost <= count.seen[what] <= PROCESSES


def test_storm_of_opens_is_delivered_or_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with waiting(build("files", tmp_path), "openat", WORKERS, STORM_S, 0) as program:
        workers = ", ".join(line(program))
        rules = counting(
            opens=f"evt.type = openat and thread.tid in ({workers})",
            closes=f"evt.type = close and thread.tid in ({workers})",
        )
        with opened(numbers("openat", "close"), procexit=False) as source:
            count = Count(source, rules, State())
            begin(program)
            count.drain_while(program)
            counters = count.settle()
        opens, seconds = map(float, line(program))
    with capsys.disabled():
        print(
            f"\n{2 * opens / seconds:.0f} calls/s for {seconds:.0f} s:"
            f" seen {count.seen.total()} of {2 * opens:.0f}, lost {counters['lost']}"
        )
    # Others open files too, and some of what is lost may be theirs.
    assert max(count.seen.values()) <= opens
    assert count.seen.total() <= 2 * opens <= count.seen.total() + counters["lost"]


def test_what_does_not_fit_is_counted_to_the_call(tmp_path: Path) -> None:
    """With a call that hardly anybody else makes, so that what is lost is the storm's."""
    with waiting(build("files", tmp_path), "openat2", WORKERS, 3 * ASLEEP_S, 0) as program:
        rules = counting(opens=f"evt.type = openat2 and thread.tid in ({', '.join(line(program))})")
        with opened(numbers("openat2"), procexit=False, ring_size=SMALL_RING) as source:
            count = Count(source, rules, State())
            begin(program)
            time.sleep(ASLEEP_S)
            count.drain_while(program)
            counters = count.settle()
        opens = int(line(program)[0])
    assert counters["lost_full"] > 0
    assert count.seen["opens"] + counters["lost"] == opens


def test_nothing_is_lost_at_a_high_rate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = compile_rules(load_files([RULES]))
    state_calls = {call.sc for call in SYSCALLS.values() if call.capture_class == "STATE"}
    with waiting(build("files", tmp_path), "openat", WORKERS, RATE_S, RATE_HZ) as program:
        line(program)
        with opened(rules.syscalls | state_calls) as source:
            state = State()
            procfs.scan(state)
            count = Count(source, rules, state)
            begin(program)
            used = time.process_time()
            count.drain_while(program)
            used = time.process_time() - used
            lost = count.settle()["lost"]
        opens, seconds = map(float, line(program))
    with capsys.disabled():
        print(
            f"\n{2 * opens / seconds:.0f} calls/s for {seconds:.1f} s, lost {lost},"
            f" consumer {used / seconds:.0%} of a processor"
        )
    assert lost == 0

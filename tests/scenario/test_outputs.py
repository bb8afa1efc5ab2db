# SPDX-License-Identifier: Apache-2.0
"""Receivers that block for ever beside others: nobody is delayed by anything that can be measured.

Two that block, a FIFO without a reader and a program that does not read, stand beside two that
do not, a pipe that is read and a file.  Rounds with and without those that block take turns, so
that whatever else the machine does happens to both; `pytest -s` prints the figures.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from falcomod.alert.format import json_line
from falcomod.alert.model import Alert
from falcomod.output.file import FileSink
from falcomod.output.outlet import Outlet
from falcomod.output.program import ProgramSink
from falcomod.output.spec import Spec
from falcomod.output.stdout import StdoutSink
from tests.recorded_sink import WAIT_S, alert, eventually

ROUNDS = 6  # of each kind
ALERTS = 500  # in a round
PAUSE_S = 0.0005  # between two alerts: 2 000 a second
TOO_LONG = "x" * 200_000  # for a pipe that nobody reads
# What "measurable" is on a machine that other tests share.
PUBLISH_MORE_S = 20e-6
DELAY_MORE_S = 5e-3


@dataclass
class Figures:
    """Of all rounds of one kind, in seconds."""

    publish_s: list[float] = field(default_factory=list)  # on the processor, by the caller
    delay_s: list[float] = field(default_factory=list)  # from publish() to the file

    def __str__(self) -> str:
        publish, delay = (
            f"median {statistics.median(times) * 1e6:.1f} us, "
            f"99 % {statistics.quantiles(times, n=100)[98] * 1e6:.1f} us"
            for times in (self.publish_s, self.delay_s)
        )
        return f"publish() {publish}; to the file {delay}"


class TimedFile(FileSink):
    """Knows when alerts are in the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), json_line, keep_alive=False)
        self.written_s: dict[int, float] = {}  # by the number of the alert

    def write(self, alerts: Sequence[Alert]) -> None:
        super().write(alerts)
        now_s = time.perf_counter()
        self.written_s.update((alert.time_ns, now_s) for alert in alerts)


@pytest.fixture
def blocked(tmp_path: Path) -> list[Spec]:
    """Outputs whose receivers never take anything."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    return [
        Spec("fifo", 0, lambda: FileSink(str(fifo), json_line, keep_alive=False)),
        Spec("program", 0, lambda: ProgramSink("exec sleep 1000", json_line, keep_alive=True)),
    ]


@pytest.fixture
def read_pipe() -> Iterator[int]:
    """The end to write to of a pipe that somebody reads."""
    reading, writing = os.pipe()

    def read() -> None:
        while os.read(reading, 1 << 16):
            pass

    thread = threading.Thread(target=read)
    thread.start()
    yield writing
    os.close(writing)
    thread.join()
    os.close(reading)


def measure(specs: list[Spec], file: Path, pipe: int, figures: Figures, *, stuck: bool) -> None:
    """One round; *stuck*: some of the outputs block, and are waited for to do so."""
    timed = TimedFile(file)
    outlet = Outlet(capacity=0, timeout_ms=2000, on_dead=pytest.fail)
    with open(pipe, "w", closefd=False) as stream:
        stdout = Spec("stdout", 0, lambda: StdoutSink(stream, json_line))
        outlet.configure([stdout, Spec("file", 0, lambda: timed), *specs])
        outlet.publish(alert(ALERTS, output=TOO_LONG))
        assert eventually(lambda: ALERTS in timed.written_s)
        assert outlet.settle(0.05) != stuck
        for number in range(ALERTS):
            one = alert(number)
            began_s, began_cpu_s = time.perf_counter(), time.thread_time()
            outlet.publish(one)
            figures.publish_s.append(time.thread_time() - began_cpu_s)
            timed.written_s[-1 - number] = began_s
            time.sleep(PAUSE_S)
            outlet.look_after()
        assert eventually(lambda: len(timed.written_s) == 2 * ALERTS + 1)
        figures.delay_s += [
            timed.written_s[number] - timed.written_s[-1 - number] for number in range(ALERTS)
        ]
        counters = outlet.counters()
        began_s = time.monotonic()
        outlet.close(0.1)
        assert time.monotonic() - began_s < WAIT_S
    assert counters["stdout"]["written"] == counters["file"]["written"] == ALERTS + 1
    for spec in specs:
        assert counters[spec.name]["waiting"] == ALERTS + 1
    assert not [name for name in map(str, threading.enumerate()) if "output-" in name]


def test_receivers_that_block_delay_nobody(
    tmp_path: Path, blocked: list[Spec], read_pipe: int
) -> None:
    without, beside = Figures(), Figures()
    for number in range(ROUNDS):
        measure([], tmp_path / f"a{number}", read_pipe, without, stuck=False)
        measure(blocked, tmp_path / f"b{number}", read_pipe, beside, stuck=True)
    print(f"\n2 outputs:                     {without}\nbeside 2 more that are blocked: {beside}")
    medians = [
        (statistics.median(figures.publish_s), statistics.median(figures.delay_s))
        for figures in (without, beside)
    ]
    assert medians[1][0] - medians[0][0] < PUBLISH_MORE_S
    assert medians[1][1] - medians[0][1] < DELAY_MORE_S

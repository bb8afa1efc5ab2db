# SPDX-License-Identifier: Apache-2.0
"""When numbers are told, and where: as alerts and in a file."""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod.alert.model import Alert
from falcomod.app.metrics.resources import Meter, Resources
from falcomod.app.metrics.teller import Metrics
from falcomod.config.service_options import Metrics as Options
from tests.metrics_moment import RESOURCES, full_snapshot


class Measured(Meter):
    """Gives numbers of the test's own; waits where it is told to."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.may_go.set()
        self.is_asked = threading.Event()

    def measure(self) -> Resources:
        self.is_asked.set()
        assert self.may_go.wait(20)
        return RESOURCES


class Told:
    """Metrics with what they published."""

    def __init__(self, **options: Any) -> None:
        self.alerts: queue.Queue[Alert] = queue.Queue()
        self.meter = Measured()
        self.metrics = Metrics(
            Options(enabled=True, **options),
            self.alerts.put,
            "node-1",
            now_s=100.0,
            meter=self.meter,
        )

    def next(self) -> Alert:
        return self.alerts.get(timeout=20)


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    made = Told(**getattr(request, "param", {}))
    yield made
    made.meter.may_go.set()
    made.metrics.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "metrics"]


def test_snapshots_are_told_when_a_thread_can_be_had_again(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        for second in (1, 2):
            with pytest.raises(RuntimeError):
                told.metrics.tell(full_snapshot(second), 4000.0)
    told.metrics.tell(full_snapshot(3), 4000.0)
    assert told.next().time_ns == full_snapshot(3).time_ns


def test_nothing_is_due_where_nobody_is_told() -> None:
    for options in (
        Options(),
        Options(interval="nonsense"),
        Options(enabled=True, output_rule=False),  # the web server serves them
    ):
        assert not Metrics(options, print, "h", now_s=0.0).due(1e9)


@pytest.mark.parametrize("told", [{"interval": "10s"}], indirect=True)
def test_due_after_each_interval(told: Told) -> None:
    metrics = told.metrics
    assert not metrics.due(109.9)
    assert metrics.due(110.0)
    metrics.tell(full_snapshot(), 110.4)
    told.next()
    assert not metrics.due(119.9)
    assert metrics.due(120.0)
    # What was slept through is told once.
    metrics.tell(full_snapshot(), 500.0)
    told.next()
    assert metrics.due(500.0)
    metrics.tell(full_snapshot(), 500.0)
    told.next()
    assert not metrics.due(509.0)


def test_snapshot_is_told_when_it_is_due(told: Told) -> None:
    told.metrics.watch(full_snapshot())
    told.metrics.configure(Options(enabled=True, interval="100ms"), "node-1", now_s=0.0)
    told.metrics.watch(full_snapshot(11))
    assert told.next().time_ns in (full_snapshot().time_ns, full_snapshot(11).time_ns)


def test_alert_is_falcos(told: Told) -> None:
    told.metrics.tell(full_snapshot(), 4000.0)
    alert = told.next()
    assert alert.rule == "Falco internal: metrics snapshot"
    assert alert.output == "Falco metrics snapshot"
    assert alert.priority.label == "Informational"
    assert alert.source == "internal"
    assert (alert.hostname, alert.time_ns) == ("node-1", full_snapshot().time_ns)
    assert alert.output_fields["falco.memory_rss_mb"] == 100.0
    assert alert.output_fields["falco.num_evts_prev"] == 0


def test_snapshot_before_is_the_one_told_last(told: Told) -> None:
    for second in (10, 20):
        told.metrics.tell(full_snapshot(second), 4000.0)
        alert = told.next()
    assert alert.output_fields["falco.num_evts_prev"] == 10_000
    assert alert.output_fields["falco.evts_rate_sec"] == 0.0


def test_slow_receiver_keeps_nobody(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    told.meter.may_go.clear()
    told.metrics.tell(full_snapshot(1), 1.0)
    assert told.meter.is_asked.wait(20)
    with caplog.at_level(logging.WARNING):
        for second in range(2, 5):
            told.metrics.tell(full_snapshot(second), 2.0)
    assert len([line for line in caplog.messages if "left out" in line]) == 2
    told.meter.may_go.set()
    assert [told.next().time_ns for _ in range(2)] == [
        full_snapshot(second).time_ns for second in (1, 2)
    ]


def test_file_has_a_line_each_and_may_be_rotated(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    told = Told(output_file=str(path))
    told.metrics.tell(full_snapshot(10), 4000.0)
    told.next()
    told.metrics.tell(full_snapshot(20), 8000.0)
    told.next()
    told.metrics.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["sample"] for line in lines] == [1, 2]
    assert lines[1]["output_fields"]["falco.num_evts_prev"] == 10_000
    assert list(lines[0]) == ["output_fields", "sample"]
    os.rename(path, tmp_path / "old")
    told.metrics.tell(full_snapshot(30), 9000.0)
    told.metrics.close()
    assert [json.loads(line)["sample"] for line in path.read_text().splitlines()] == [3]


def test_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    told = Told(output_file=str(path), output_rule=False)
    told.metrics.tell(full_snapshot(10), 4000.0)
    told.metrics.close()
    assert told.alerts.empty()
    assert len(path.read_text().splitlines()) == 1


def test_file_that_cannot_be_written_is_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "none"
    told = Told(output_file=str(folder / "metrics.jsonl"))
    assert "No such file or directory" in caplog.text  # at the start, not an interval later
    for second in (1, 2):
        told.metrics.tell(full_snapshot(second), 4000.0)
        told.next()
        # The alert comes first: what follows has been written, or not, when it has ended.
        told.metrics.close()
    assert len([line for line in caplog.messages if "metrics are not written" in line]) == 1
    folder.mkdir()
    told.metrics.tell(full_snapshot(3), 4000.0)
    told.metrics.close()
    assert json.loads((folder / "metrics.jsonl").read_text())["sample"] == 3


def test_error_of_one_snapshot_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    answers: queue.Queue[Alert] = queue.Queue()

    def publish(alert: Alert) -> None:
        if alert.time_ns < full_snapshot(2).time_ns:
            raise LookupError("a bug")
        answers.put(alert)

    metrics = Metrics(Options(enabled=True), publish, "h", now_s=0.0, meter=Measured())
    metrics.tell(full_snapshot(0), 1.0)
    # There is room for the next one once the first has been taken.
    metrics._queue.put((full_snapshot(1), Options(enabled=True)), timeout=20)
    metrics._queue.put((full_snapshot(2), Options(enabled=True)), timeout=20)
    assert answers.get(timeout=20).time_ns == full_snapshot(2).time_ns
    metrics.close()
    assert caplog.messages.count("metrics snapshot lost: LookupError: a bug") == 1


def test_new_options_hold_from_then_on(told: Told) -> None:
    told.metrics.configure(Options(enabled=False), "node-2", now_s=200.0)
    assert not told.metrics.due(1e9)
    options = Options(enabled=True, interval="1s", resource_utilization_enabled=False)
    told.metrics.configure(options, "node-2", now_s=200.0)
    assert told.metrics.due(201.0)
    told.metrics.tell(full_snapshot(), 201.0)
    alert = told.next()
    assert alert.hostname == "node-2"
    assert "falco.memory_rss_mb" not in alert.output_fields

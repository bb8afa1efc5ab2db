# SPDX-License-Identifier: Apache-2.0
"""Seconds with losses, by the threshold, the bucket and the actions; time is passed in."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.app.drop_watch import ACTIONS, DropWatch
from falcomod.app.snapshot import Snapshot
from falcomod.config.engine_options import Drops

TIME_NS = 5_000


class Watched:
    """A watch with what it published; counters go on from call to call."""

    def __init__(self, **options: Any) -> None:
        self.alerts: list[Alert] = []
        self.stops = 0
        self.counters: dict[str, int] = {}
        self.now_s = 1000.0
        self.watch = DropWatch(
            Drops(**options),
            self.alerts.append,
            self.stop,
            "node-1",
            uses_ebpf=True,
            now_s=self.now_s,
            time_ns=lambda: TIME_NS,
        )

    def stop(self) -> None:
        self.stops += 1

    def second(self, produced: int, lost: int = 0, after_s: float = 1.0) -> None:
        """One second with so many events, of which some were lost to full rings."""
        for name, count in (
            ("produced", produced),
            ("lost", lost),
            ("lost_full", lost),
            ("lost_full_open_exit", lost),
        ):
            self.counters[name] = self.counters.get(name, 0) + count
        self.watch.check(self.counters, 0, self.now_s)
        self.now_s += after_s


def test_alert_has_falcos_fields_as_texts() -> None:
    watched = Watched(threshold=0.1)
    watched.second(100)
    watched.second(50, 20)
    (alert,) = watched.alerts
    assert alert.rule == "Falco internal: syscall event drop"
    assert alert.priority is Priority.DEBUG
    assert (alert.hostname, alert.time_ns) == ("node-1", TIME_NS)
    assert alert.output == (
        "Falco internal: syscall event drop. 20 system calls dropped in last second."
    )
    assert {name: value for name, value in alert.output_fields.items() if value != "0"} == {
        "ebpf_enabled": "1",
        "n_drops": "20",
        "n_drops_buffer_open_exit": "20",
        "n_drops_buffer_total": "20",
        "n_evts": "50",
    }
    assert {"n_drops_bug", "n_drops_page_faults", "n_drops_scratch_map"} < set(alert.output_fields)


@pytest.mark.parametrize(("lost", "alerts"), [(0, 0), (10, 0), (11, 1), (100, 1)])
def test_share_of_the_last_second_is_compared(lost: int, alerts: int) -> None:
    watched = Watched(threshold=0.1)
    watched.second(100_000)
    watched.second(100, lost)
    assert len(watched.alerts) == alerts


def test_threshold_of_none_tells_of_each_event() -> None:
    watched = Watched(threshold=0)
    watched.second(1_000_000, 1)
    assert len(watched.alerts) == 1


def test_calls_within_a_second_look_at_nothing() -> None:
    watched = Watched(threshold=0)
    watched.second(10, after_s=0.5)
    watched.second(10, 5, after_s=0.5)
    assert not watched.alerts
    watched.second(10)
    assert len(watched.alerts) == 1


def test_bucket_bounds_the_actions_and_not_the_count(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(threshold=0, rate=0.1, max_burst=2)
    with caplog.at_level(logging.DEBUG):
        for _ in range(13):
            watched.second(10, 5)
    assert len(watched.alerts) == 3
    assert watched.watch.summary().splitlines() == [
        "Syscall event drop monitoring:",
        "   - event drop detected: 13 occurrences",
        "   - num times actions taken: 3",
    ]
    depleted = [line for line in caplog.messages if "token bucket depleted" in line]
    assert len(depleted) == 2


@pytest.mark.parametrize(
    ("actions", "alerts", "lines"), [(["ignore"], 0, 0), (["log"], 0, 1), (["log", "alert"], 1, 1)]
)
def test_actions(
    actions: list[str], alerts: int, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(threshold=0, actions=actions)
    watched.second(10, 5)
    assert len(watched.alerts) == alerts
    told = [record for record in caplog.records if "5 system calls dropped" in record.message]
    assert [record.levelno for record in told] == [logging.WARNING] * lines
    assert watched.watch.actions == 1
    assert not watched.stops


def test_exit_stops_the_run_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(threshold=0, actions=["alert", "exit"])
    watched.second(10, 5)
    assert watched.stops == 1
    assert watched.watch.has_failed
    assert len(watched.alerts) == 1
    assert {record.levelno for record in caplog.records} == {logging.CRITICAL}


def test_simulated_drops_come_each_second(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(threshold=0.9, rate=1, max_burst=1, simulate_drops=True)
    for _ in range(3):
        watched.second(1000)
    assert [alert.output_fields["n_drops"] for alert in watched.alerts] == ["1", "1", "1"]
    assert any("Simulating syscall event drop" in line for line in caplog.messages)


def test_counters_that_begin_anew_are_no_loss() -> None:
    watched = Watched(threshold=0)
    watched.counters = {"produced": 100, "lost": 50, "lost_full": 50}
    watched.watch.check(watched.counters, 0, watched.now_s)
    assert len(watched.alerts) == 1
    watched.counters.clear()
    watched.now_s += 100
    watched.second(10)
    assert len(watched.alerts) == 1
    watched.second(10, 4)
    assert watched.alerts[-1].output_fields["n_drops"] == "4"


def test_without_a_driver_nothing_is_lost() -> None:
    watched = Watched(threshold=0)
    watched.watch.check({}, 500, 2000.0)
    assert not watched.alerts


def test_snapshot_is_looked_at() -> None:
    watched = Watched(threshold=0)
    source = {"produced": 10, "lost": 5, "lost_full": 5}
    now = Snapshot(time_ns=1, start_ns=1, reload_ns=1, source=source)
    watched.watch.watch(now)
    assert watched.alerts[0].output_fields["n_drops"] == "5"


def test_new_options_hold_from_then_on() -> None:
    watched = Watched(threshold=1)
    watched.second(10, 5)
    assert not watched.alerts
    watched.watch.configure(Drops(threshold=0), "node-2", watched.now_s)
    watched.second(10, 5)
    assert watched.alerts[0].hostname == "node-2"
    assert watched.alerts[0].output_fields["n_drops"] == "5"


def test_every_action_of_the_options_is_there() -> None:
    assert set(ACTIONS) == {"ignore", "log", "alert", "exit"}

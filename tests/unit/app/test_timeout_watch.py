# SPDX-License-Identifier: Apache-2.0
"""Rests without an event; time is passed in."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from falcomod.alert.model import Alert
from falcomod.app.snapshot import Snapshot
from falcomod.app.timeout_watch import TimeoutWatch
from falcomod.config.engine_options import Timeouts

TIME_NS = 1_700_000_000_012_345_678
RECORDS = {"produced": 1}


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def alerts() -> list[Alert]:
    return []


@pytest.fixture
def watch(alerts: list[Alert]) -> TimeoutWatch:
    return TimeoutWatch(
        Timeouts(max_consecutives=10),
        alerts.append,
        "node-1",
        now_s=100.0,
        time_ns=lambda: TIME_NS,
    )


def test_rest_is_told_of_once_for_each_time(watch: TimeoutWatch, alerts: list[Alert]) -> None:
    for second in range(100, 131):
        watch.check(RECORDS, 0, float(second))
    assert [alert.rule for alert in alerts] == ["Falco internal: timeouts notification"] * 3
    assert alerts[0].output == (
        "Falco internal: timeouts notification. 10 consecutive timeouts without event."
    )
    assert alerts[0].output_fields == {"last_event_time": "none"}
    assert (alerts[0].hostname, alerts[0].time_ns) == ("node-1", TIME_NS)


def test_last_event_is_told_by_its_time(watch: TimeoutWatch, alerts: list[Alert]) -> None:
    watch.check(RECORDS, 5, 105.0)
    watch.check(RECORDS, 5, 114.9)
    assert not alerts
    watch.check(RECORDS, 5, 115.0)
    assert alerts[0].output_fields == {"last_event_time": "22:13:20.012345678"}


def test_events_keep_it_silent(watch: TimeoutWatch, alerts: list[Alert]) -> None:
    for second in range(100, 200):
        watch.check(RECORDS, second, float(second))
    assert not alerts


def test_where_nothing_is_recorded_nothing_is_missed(
    watch: TimeoutWatch, alerts: list[Alert]
) -> None:
    for second in range(100, 200):
        watch.check({}, 0, float(second))
    assert not alerts


def test_snapshot_is_looked_at(watch: TimeoutWatch, alerts: list[Alert]) -> None:
    now = Snapshot(time_ns=1, start_ns=1, reload_ns=1, source=RECORDS, engine={"events": 3})
    watch.watch(now)
    later_s = time.monotonic() + 1000
    watch.check(RECORDS, 3, later_s)
    assert len(alerts) == 1


def test_new_options_hold_from_then_on(watch: TimeoutWatch, alerts: list[Alert]) -> None:
    watch.configure(Timeouts(max_consecutives=2), "node-2")
    watch.check(RECORDS, 0, 102.0)
    assert [alert.hostname for alert in alerts] == ["node-2"]

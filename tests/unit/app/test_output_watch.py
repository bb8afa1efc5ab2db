# SPDX-License-Identifier: Apache-2.0
"""Outputs that lose alerts, also those that are told of it; time is passed in."""

from __future__ import annotations

from typing import Any

import pytest

from falcomod.alert.model import Alert
from falcomod.app.output_watch import AGAIN_S, LOSSES, OVER_S, OutputWatch
from falcomod.app.snapshot import Snapshot


class Watched:
    """Outputs of which some lose every message, too."""

    def __init__(self, *away: str) -> None:
        self.away = away
        self.outputs: dict[str, dict[str, int]] = {
            name: {"dropped": 0} for name in ("http", "grpc", "file")
        }
        self.alerts: list[Alert] = []
        self.watch = OutputWatch(self.publish, "node-1", time_ns=lambda: 5)

    def publish(self, alert: Alert) -> None:
        self.alerts.append(alert)
        for name in self.away:
            self.outputs[name]["dropped"] += 1

    def look(self, now_s: float) -> list[dict[str, Any]]:
        """What is told of by this look."""
        before = len(self.alerts)
        self.watch.check(self.outputs, now_s)
        return [dict(alert.output_fields) for alert in self.alerts[before:]]


def test_first_loss_is_told_at_once_and_the_rest_at_the_end() -> None:
    watched = Watched()
    assert not watched.look(0.0)
    watched.outputs["http"]["dropped"] = 3
    assert watched.look(1.0) == [{"output": "http", "n_lost": 3, "n_lost_total": 3}]
    for second in range(2, 30):
        watched.outputs["http"]["dropped"] += 10
        assert not watched.look(float(second))
    assert not watched.look(29.0 + OVER_S - 1)
    assert watched.look(29.0 + OVER_S) == [{"output": "http", "n_lost": 280, "n_lost_total": 283}]
    assert not watched.look(1000.0)


def test_log_that_the_host_does_not_have_loses_nothing() -> None:
    watched = Watched()
    watched.outputs["syslog"] = {"failed": 3, "absent": 3}
    assert not watched.look(1.0)
    watched.outputs["syslog"] = {"failed": 5, "absent": 3}
    assert watched.look(2.0) == [{"output": "syslog", "n_lost": 2, "n_lost_total": 2}]


def test_outage_that_goes_on_is_told_of_again() -> None:
    watched = Watched()
    told = 0
    for second in range(int(3 * AGAIN_S) + 1):
        watched.outputs["http"]["dropped"] += 1
        told += len(watched.look(float(second)))
    assert told == 4


def test_next_outage_is_another_one() -> None:
    watched = Watched()
    watched.outputs["http"]["dropped"] = 1
    assert watched.look(0.0)
    assert not watched.look(OVER_S)
    # One loss as there was one message: it may have been that.
    watched.outputs["http"]["dropped"] += 2
    assert watched.look(OVER_S + 1) == [{"output": "http", "n_lost": 2, "n_lost_total": 3}]


@pytest.mark.parametrize("loss", LOSSES)
def test_every_way_to_lose_counts(loss: str) -> None:
    watched = Watched()
    watched.outputs["file"] = {loss: 2, "written": 5, "waiting": 7}
    (told,) = watched.look(0.0)
    assert told["n_lost"] == 2


def test_messages_that_are_lost_are_no_news() -> None:
    watched = Watched("http", "grpc")
    watched.outputs["http"]["dropped"] = 5
    watched.outputs["grpc"]["dropped"] = 5
    for second in range(3600):
        watched.look(float(second))
    # One for each; what they lost of each other's at most once more.
    assert len(watched.alerts) <= 4


def test_snapshot_is_looked_at() -> None:
    watched = Watched()
    now = Snapshot(time_ns=1, start_ns=1, reload_ns=1, outputs={"file": {"failed": 2}})
    watched.watch.watch(now)
    assert watched.alerts[0].output_fields["n_lost"] == 2


def test_alert_names_the_output() -> None:
    watched = Watched()
    watched.outputs["grpc"]["dropped"] = 1
    watched.look(0.0)
    (alert,) = watched.alerts
    assert alert.rule == "Falco internal: alerts lost"
    assert (alert.hostname, alert.time_ns, alert.source) == ("node-1", 5, "internal")

# SPDX-License-Identifier: Apache-2.0
"""Outputs that are written to at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.output.direct import DirectOutlet

ALERT = Alert(time_ns=0, priority=Priority.NOTICE, rule="R", output="o")


class Kept:
    """Keeps what it gets."""

    name = "kept"

    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.is_closed = False

    def write(self, alerts: Sequence[Alert]) -> None:
        self.alerts += alerts

    def reopen(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        self.is_closed = True


class Gone(Kept):
    """Its receiver is gone."""

    name = "gone"

    def write(self, alerts: Sequence[Alert]) -> None:
        raise BrokenPipeError(32, "Broken pipe")


def test_alerts_go_to_all_sinks_in_order() -> None:
    sinks = [Kept(), Kept()]
    outlet = DirectOutlet(sinks, print)
    outlet.publish(ALERT)
    outlet.close()
    assert [(sink.alerts, sink.is_closed) for sink in sinks] == [([ALERT], True)] * 2


def test_sink_that_fails_is_left_out_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sink, deaths = Kept(), []
    outlet = DirectOutlet([Gone(), sink], lambda: deaths.append(1))
    logging.getLogger("falcomod").propagate = True
    for _ in range(2):
        outlet.publish(ALERT)
    assert sink.alerts == [ALERT, ALERT]
    assert [record.message for record in caplog.records] == [
        "output stopped: sink=gone reason=Broken pipe"
    ]
    assert not deaths


def test_the_last_one_that_fails_is_told_of() -> None:
    deaths: list[int] = []
    DirectOutlet([Gone()], lambda: deaths.append(1)).publish(ALERT)
    assert deaths == [1]

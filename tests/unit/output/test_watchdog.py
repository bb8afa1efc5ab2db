# SPDX-License-Identifier: Apache-2.0
"""A write that takes too long is told of once."""

from __future__ import annotations

import logging
import time

import pytest

from falcomod.output.watchdog import Watchdog
from falcomod.output.worker import Worker
from tests.recorded_sink import RecordedSink, alert


def worker() -> Worker:
    sink = RecordedSink("file")
    return Worker(sink.spec(), sink, capacity=4, on_dead=print, clock=time.monotonic)


def test_write_that_blocks_is_told_of_once_and_its_end(caplog: pytest.LogCaptureFixture) -> None:
    watchdog, blocked = Watchdog(2000), worker()
    logging.getLogger("falcomod").propagate = True
    blocked.put(alert())
    with caplog.at_level(logging.INFO, "falcomod"):
        watchdog.look([blocked], 100.0)
        blocked.writing_since_s = 100.0
        for now_s in (101.9, 102.1, 110.0):
            watchdog.look([blocked], now_s)
        blocked.writing_since_s = 0.0
        watchdog.look([blocked], 111.0)
        watchdog.look([blocked], 112.0)
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("CRITICAL", '"file" output timeout, this output channel is blocked: alerts=1'),
        ("INFO", "output is not blocked any more: sink=file"),
    ]


def test_next_write_that_blocks_is_told_of_again(caplog: pytest.LogCaptureFixture) -> None:
    watchdog, blocked = Watchdog(2000), worker()
    logging.getLogger("falcomod").propagate = True
    for since_s in (1.0, 20.0):
        blocked.writing_since_s = since_s
        watchdog.look([blocked], since_s + 3)
        watchdog.look([blocked], since_s + 3)
    watchdog.look([], 99.0)
    assert len([text for text in caplog.messages if "timeout" in text]) == 2
    assert not watchdog._told

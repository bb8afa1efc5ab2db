# SPDX-License-Identifier: Apache-2.0
"""A full queue is told of once for each outage."""

from __future__ import annotations

import logging
import time

import pytest

from falcomod.output.overflow import Overflow
from falcomod.output.worker import Worker
from tests.recorded_sink import RecordedSink, alert


def test_outage_is_told_at_its_begin_and_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    sink = RecordedSink("file")
    worker = Worker(sink.spec(), sink, capacity=4, on_dead=print, clock=time.monotonic)
    overflow = Overflow()
    logging.getLogger("falcomod").propagate = True
    for _ in range(3):
        for number in range(6):
            worker.put(alert(number))
        overflow.look([worker])
    worker.queue.take(1)
    overflow.look([worker])  # still more than half full
    worker.queue.take(1)
    overflow.look([worker])
    overflow.look([worker])
    for number in range(6):
        worker.put(alert(number))
    overflow.look([worker])
    full = "Outputs queue out of memory. Drop event and continue on ... sink=file capacity=4"
    assert caplog.messages == [full, "outputs queue has room again: sink=file lost=14", full]


def test_worker_that_is_gone_is_forgotten() -> None:
    sink = RecordedSink()
    worker = Worker(sink.spec(), sink, capacity=1, on_dead=print, clock=time.monotonic)
    overflow = Overflow()
    overflow.look([worker])
    overflow.look([])
    assert not overflow._dropped

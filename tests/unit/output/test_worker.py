# SPDX-License-Identifier: Apache-2.0
"""One output at work: whatever its sink does, alerts are counted and the thread lives."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from falcomod.alert.model import Alert
from falcomod.output.sink import NeverThere, NotAllWritten
from falcomod.output.worker import BATCH_ALERTS, Worker
from tests.recorded_sink import WAIT_S, RecordedSink, alert, eventually

Make = Callable[[RecordedSink], Worker]


@pytest.fixture
def make(caplog: pytest.LogCaptureFixture) -> Iterator[Make]:
    """Makes workers, and ends their threads."""
    made: list[Worker] = []

    def make_one(sink: RecordedSink) -> Worker:
        made.append(
            Worker(sink.spec(), sink, capacity=1000, on_dead=dead.append, clock=time.monotonic)
        )
        return made[-1]

    dead: list[Worker] = []
    logging.getLogger("falcomod").propagate = True
    with caplog.at_level(logging.INFO, "falcomod"):
        yield make_one
    for worker in made:
        worker.retire()
        assert worker.join(WAIT_S)
    assert dead == [worker for worker in made if worker.is_dead]


def counted(worker: Worker) -> tuple[int, int, int, int]:
    counters = worker.counters()
    return counters["written"], counters["failed"], counters["dropped"], counters["waiting"]


def test_alerts_are_written_in_order_in_batches(make: Make) -> None:
    sink = RecordedSink()
    worker = make(sink)
    for number in range(600):
        worker.put(alert(number))
    worker.start()
    assert worker.settle(WAIT_S)
    assert sink.numbers == list(range(600))
    assert max(map(len, sink.batches)) == BATCH_ALERTS
    assert counted(worker) == (600, 0, 0, 0)


def test_thread_has_a_name_and_the_end_closes_the_sink(make: Make) -> None:
    sink = RecordedSink("file")
    worker = make(sink)
    worker.start()
    assert "output-file" in [thread.name for thread in threading.enumerate()]
    worker.put(alert(1))
    worker.retire()
    assert worker.join(WAIT_S)
    assert (sink.numbers, sink.is_closed) == ([1], True)
    assert not worker.put(alert(2))


def test_idle_worker_sleeps(make: Make) -> None:
    worker = make(RecordedSink())
    worker.start()
    worker.put(alert())
    worker.settle(WAIT_S)
    clock = time.pthread_getcpuclockid(worker._thread.ident or 0)
    before_s = time.clock_gettime(clock)
    time.sleep(0.2)
    assert time.clock_gettime(clock) - before_s < 0.001


def test_os_error_is_counted_and_the_next_alert_is_tried(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    sink = RecordedSink()
    worker = make(sink)
    sink.raises = lambda alerts: OSError(28, "No space") if alerts[0].time_ns < 2 else None
    worker.start()
    for number in range(3):
        worker.put(alert(number))
        worker.settle(WAIT_S)
    assert (sink.numbers, counted(worker)) == ([2], (1, 2, 0, 0))
    assert [record.message for record in caplog.records] == [
        "output failed: sink=recorded alerts=1 reason=No space",
        "output works again: sink=recorded",
    ]


def test_receiver_that_was_never_there_is_counted_and_not_told_of(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    sink = RecordedSink()
    worker = make(sink)
    sink.raises = lambda alerts: NeverThere(0, OSError(2, "No such file"))
    worker.start()
    worker.put(alert(0))
    worker.settle(WAIT_S)
    assert counted(worker) == (0, 1, 0, 0)
    assert worker.counters()["absent"] == 1
    assert caplog.messages == []


def test_the_one_alert_that_failed_is_left_out_of_a_batch(make: Make) -> None:
    def raises(alerts: Sequence[Alert]) -> Exception | None:
        numbers = [taken.time_ns for taken in alerts]
        if 3 not in numbers:
            return None
        sink.batches.append(list(alerts[: numbers.index(3)]))
        return NotAllWritten(numbers.index(3), OSError(5, "I/O error"))

    sink = RecordedSink()
    worker = make(sink)
    sink.raises = raises
    for number in range(6):
        worker.put(alert(number))
    worker.start()
    worker.settle(WAIT_S)
    assert (sink.numbers, counted(worker)) == ([0, 1, 2, 4, 5], (5, 1, 0, 0))


def test_surprise_costs_the_alert_that_it_is_about(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    sink = RecordedSink()
    worker = make(sink)
    sink.raises = lambda alerts: (
        ZeroDivisionError() if any(taken.time_ns == 1 for taken in alerts) else None
    )
    for number in range(4):
        worker.put(alert(number))
    worker.start()
    worker.settle(WAIT_S)
    worker.put(alert(9))
    worker.settle(WAIT_S)
    assert (sink.numbers, counted(worker)) == ([0, 2, 3, 9], (4, 1, 0, 0))
    assert caplog.records[0].message == "output failed inside: sink=recorded alerts=1"


def test_nobody_reads_any_more(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    sink = RecordedSink("stdout")
    worker = make(sink)
    sink.raises = lambda alerts: BrokenPipeError(32, "Broken pipe")
    for number in range(300):
        worker.put(alert(number))
    worker.start()
    assert worker.join(WAIT_S)
    assert worker.is_dead
    assert sink.is_closed
    assert not worker.put(alert())
    assert counted(worker) == (0, 300, 0, 0)
    assert [record.message for record in caplog.records] == [
        "output stopped: sink=stdout reason=Broken pipe"
    ]


def test_reopen_is_done_by_an_idle_worker_and_once(make: Make) -> None:
    sink = RecordedSink()
    worker = make(sink)
    worker.reopen()
    worker.reopen()
    worker.start()
    assert eventually(lambda: sink.reopened == 1)
    worker.put(alert())
    worker.settle(WAIT_S)
    worker.reopen()
    assert eventually(lambda: sink.reopened == 2)


def test_reopen_that_fails_is_told_of(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    class Stubborn(RecordedSink):
        def reopen(self) -> None:
            super().reopen()
            raise OSError(2, "No such file")

    sink = Stubborn()
    worker = make(sink)
    worker.start()
    worker.reopen()
    assert eventually(lambda: sink.reopened)
    worker.put(alert(1))
    assert worker.settle(WAIT_S)
    assert sink.numbers == [1]
    assert "output failed: sink=recorded alerts=0 reason=No such file" in caplog.messages


def test_settle_waits_for_what_was_put_before(make: Make) -> None:
    sink = RecordedSink()
    worker = make(sink)
    worker.start()
    assert worker.settle(0)
    sink.gate.clear()
    worker.put(alert())
    assert not worker.settle(0.01)
    threading.Timer(0.02, sink.gate.set).start()
    assert worker.settle(WAIT_S)
    assert sink.numbers == [0]


def test_interrupt_discards_and_ends(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    sink = RecordedSink()
    worker = make(sink)
    worker.start()
    sink.gate.clear()
    worker.put(alert(0))
    assert sink.entered.wait(WAIT_S)
    for number in range(1, 5):
        worker.put(alert(number))
    worker.retire()
    worker.interrupt()
    assert worker.join(WAIT_S)
    assert counted(worker) == (0, 1, 4, 0)
    assert caplog.messages == []  # whoever interrupts says why


def test_counters_of_the_sink_are_added(make: Make) -> None:
    class Counts(RecordedSink):
        def counters(self) -> dict[str, int]:
            return {"on_disk": 7}

    for sink, further in ((Counts(), {"on_disk": 7}), (RecordedSink(), {})):
        worker = make(sink)
        worker.start()
        assert worker.further_counters() == further

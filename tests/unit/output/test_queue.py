# SPDX-License-Identifier: Apache-2.0
"""The queue of an output: order, bounds, and nothing lost between threads."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from falcomod.output import queue as queue_module
from falcomod.output.queue import AlertQueue
from tests.recorded_sink import WAIT_S, alert


def test_alerts_come_in_order_and_no_more_than_asked_for() -> None:
    queue = AlertQueue(10)
    for number in range(5):
        assert queue.put(alert(number))
    assert [taken.time_ns for taken in queue.take(3)] == [0, 1, 2]
    assert [taken.time_ns for taken in queue.take(3)] == [3, 4]


def test_full_queue_drops_and_counts_and_goes_on() -> None:
    queue = AlertQueue(2)
    assert all(queue.put(alert(number)) for number in range(5))
    assert (queue.accepted, queue.dropped, queue.length) == (2, 3, 2)
    assert [taken.time_ns for taken in queue.take(9)] == [0, 1]
    queue.put(alert(7))
    assert [taken.time_ns for taken in queue.take(9)] == [7]


def test_long_alerts_fill_it_by_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "TEXTS_MAX", 100)
    queue = AlertQueue(1000)
    long = replace(alert(1), output="x" * 60)
    for _ in range(3):
        queue.put(long)
    assert (queue.accepted, queue.dropped) == (1, 2)
    assert len(queue.take(9)) == 1
    queue.put(replace(alert(1), output="x" * 1000))  # one alone is taken whatever its size
    queue.put(long)
    assert (queue.accepted, queue.dropped) == (2, 3)
    assert len(queue.take(9)) == 1
    queue.put(long)
    assert (queue.accepted, queue.dropped) == (3, 3)


def test_wake_ends_a_wait_without_alerts() -> None:
    queue = AlertQueue(1)
    taken: list[object] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(9)))
    thread.start()
    queue.wake()
    thread.join(WAIT_S)
    assert taken == [[]]


def test_closed_queue_takes_in_nothing_and_keeps_what_it_has() -> None:
    queue = AlertQueue(9)
    queue.put(alert(1))
    queue.close()
    assert not queue.put(alert(2))
    assert queue.is_closed
    assert [taken.time_ns for taken in queue.take(9)] == [1]
    assert (queue.accepted, queue.dropped, queue.length) == (1, 0, 0)


def test_discard_counts_alerts_and_wakes_who_takes() -> None:
    queue = AlertQueue(9)
    for number in range(3):
        queue.put(alert(number))
    queue.wake()
    assert queue.discard() == 3
    assert queue.take(9) == []


def test_nothing_is_lost_between_threads() -> None:
    queue, threads_count, each = AlertQueue(1_000_000), 4, 5_000
    threads = [
        threading.Thread(target=lambda: [queue.put(alert(number)) for number in range(each)])
        for _ in range(threads_count)
    ]
    for thread in threads:
        thread.start()
    taken = 0
    while taken < threads_count * each:
        taken += len(queue.take(256))
    for thread in threads:
        thread.join()
    assert (taken, queue.accepted, queue.length) == (threads_count * each, taken, 0)

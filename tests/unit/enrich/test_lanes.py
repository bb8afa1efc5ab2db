# SPDX-License-Identifier: Apache-2.0
"""Threads of lanes; what is waited for is an event, never a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from falcomod.enrich.lanes import Lanes

LIMIT_S = 60


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes(threads=2)
    yield made
    made.close()


def test_call_is_made_on_another_thread(lanes: Lanes) -> None:
    made: list[str] = []
    done = threading.Event()
    lanes.submit("a", lambda: (made.append(threading.current_thread().name), done.set())[0])
    assert done.wait(LIMIT_S)
    assert made == ["a"]


def test_lane_that_hangs_holds_up_no_other(lanes: Lanes) -> None:
    hang, done = threading.Event(), threading.Event()
    for _ in range(5):
        lanes.submit("slow", lambda: hang.wait(LIMIT_S) and None)
    lanes.submit("fast", done.set)
    assert done.wait(LIMIT_S)
    hang.set()


def test_lane_has_few_threads(lanes: Lanes) -> None:
    hang, begun = threading.Event(), threading.Semaphore(0)

    def work() -> None:
        begun.release()
        hang.wait(LIMIT_S)

    for _ in range(10):
        lanes.submit("a", work)
    assert begun.acquire(timeout=LIMIT_S)
    assert begun.acquire(timeout=LIMIT_S)
    assert sum(it.name == "a" for it in threading.enumerate()) == 2
    hang.set()
    for _ in range(8):
        assert begun.acquire(timeout=LIMIT_S)


def test_calls_are_made_in_the_order_that_they_are_due() -> None:
    lanes = Lanes(threads=1)
    order: list[int] = []
    done, first = threading.Event(), threading.Event()
    lanes.submit("a", lambda: first.wait(LIMIT_S) and None)
    lanes.submit("a", lambda: (order.append(3), done.set())[0], 0.02)
    lanes.submit("a", lambda: order.append(2), 0.01)
    lanes.submit("a", lambda: order.append(0))
    lanes.submit("a", lambda: order.append(1))
    first.set()
    assert done.wait(LIMIT_S)
    assert order == [0, 1, 2, 3]
    lanes.close()


def test_fault_in_a_call_is_said_and_the_lane_goes_on(
    lanes: Lanes, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def fail() -> None:
        raise ValueError("a fault")

    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            lanes.submit("a", fail)
        lanes.submit("a", done.set)
        lanes.submit("a", done.set)
        assert done.wait(LIMIT_S)
    assert "look-up failed inside lane=a" in caplog.text


def test_closed_lanes_make_no_more_calls() -> None:
    lanes = Lanes(threads=2)
    made: list[bool] = []
    begun = threading.Event()
    lanes.submit("a", begun.set)
    assert begun.wait(LIMIT_S)
    threads = [it for it in threading.enumerate() if it.name == "a"]
    lanes.submit("a", lambda: made.append(True), 3600)
    lanes.close()
    for thread in threads:
        thread.join(LIMIT_S)
        assert not thread.is_alive()
    lanes.submit("a", lambda: made.append(True))
    lanes.submit("b", lambda: made.append(True))
    assert made == []

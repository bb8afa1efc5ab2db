# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging
import threading

import pytest

from falcomod.alert.model import SOURCE_INTERNAL, Alert, Priority
from falcomod.alert.throttle import Throttle
from falcomod.config.output_options import RateLimit

LOGGER = "falcomod.alert.throttle"


def alert(rule: str = "r", source: str = "syscall") -> Alert:
    return Alert(time_ns=1, priority=Priority.DEBUG, rule=rule, output="", source=source)


def passed(throttle: Throttle, count: int, now_s: float) -> int:
    return sum(throttle.passes(alert(), now_s) for _ in range(count))


def test_without_a_rate_everything_passes() -> None:
    throttle = Throttle(RateLimit())
    assert passed(throttle, 5000, 1.0) == 5000
    assert throttle.count == 0


def test_a_burst_then_the_rate() -> None:
    throttle = Throttle(RateLimit(rate=2.0, max_burst=10))
    assert passed(throttle, 100, 50.0) == 10
    assert passed(throttle, 100, 50.4) == 0
    assert passed(throttle, 100, 50.5) == 1
    assert passed(throttle, 100, 52.5) == 4
    assert passed(throttle, 100, 1000.0) == 10
    assert throttle.count == 500 - 25


def test_a_clock_that_stands_gives_nothing() -> None:
    throttle = Throttle(RateLimit(rate=1.0, max_burst=1))
    assert passed(throttle, 3, 5.0) == 1
    assert passed(throttle, 3, 4.0) == 0
    assert passed(throttle, 3, 5.0) == 1


def test_a_rate_below_one_and_no_burst_lets_nothing_through() -> None:
    throttle = Throttle(RateLimit(rate=0.5, max_burst=0))
    assert passed(throttle, 3, 1.0) == 0
    assert passed(throttle, 3, 100.0) == 0


def test_messages_about_falcomod_always_pass_and_take_nothing() -> None:
    throttle = Throttle(RateLimit(rate=1.0, max_burst=1))
    assert all(throttle.passes(alert(source=SOURCE_INTERNAL), 1.0) for _ in range(9))
    assert passed(throttle, 2, 1.0) == 1
    assert throttle.passes(alert(source=SOURCE_INTERNAL), 1.0)


def test_each_is_told_at_debug_in_falcos_words(caplog: pytest.LogCaptureFixture) -> None:
    throttle = Throttle(RateLimit(rate=1.0, max_burst=0))
    with caplog.at_level(logging.DEBUG, LOGGER):
        throttle.passes(alert("Shell"), 1.0)
    assert caplog.messages == ["Skipping rate-limited notification for rule Shell"]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


def test_what_is_kept_back_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    throttle = Throttle(RateLimit(rate=0.001, max_burst=0))
    for now_s in (10.0, 20.0, 69.9):
        throttle.passes(alert("a"), now_s)
    throttle.passes(alert("b"), 69.9)
    assert warnings(caplog) == []
    throttle.tell(70.0)
    assert warnings(caplog) == ["alerts kept back by outputs.rate: 4 ('a': 3, 'b': 1)"]
    throttle.tell(500.0)
    assert len(warnings(caplog)) == 1
    throttle.passes(alert("a"), 600.0)
    throttle.passes(alert("a"), 660.0)
    assert warnings(caplog)[1:] == ["alerts kept back by outputs.rate: 2 ('a': 2)"]


def test_at_the_end_the_rest_is_told(caplog: pytest.LogCaptureFixture) -> None:
    throttle = Throttle(RateLimit(rate=1.0, max_burst=0))
    throttle.tell(1.0, at_once=True)
    for number in range(12):
        throttle.passes(alert(f"rule {number}"), 1.0)
    throttle.tell(1.0, at_once=True)
    (warning,) = warnings(caplog)
    assert warning.startswith("alerts kept back by outputs.rate: 12 ('rule 0': 1, ")
    assert warning.endswith(", 2 more rules)")


def test_a_reload_with_the_same_limit_gives_no_new_burst() -> None:
    throttle = Throttle(RateLimit(rate=1.0, max_burst=5))
    assert passed(throttle, 9, 1.0) == 5
    throttle.configure(RateLimit(rate=1.0, max_burst=5))
    assert passed(throttle, 9, 1.0) == 0
    throttle.configure(RateLimit(rate=1.0, max_burst=8))
    assert passed(throttle, 9, 1.0) == 3
    throttle.configure(RateLimit())
    assert passed(throttle, 9, 1.0) == 9
    throttle.configure(RateLimit(rate=1.0, max_burst=2))
    assert passed(throttle, 9, 1.0) == 2


def test_threads_share_the_bucket() -> None:
    throttle = Throttle(RateLimit(rate=0.001, max_burst=1000))
    counts: list[int] = []

    def take() -> None:
        counts.append(passed(throttle, 500, 1.0))

    threads = [threading.Thread(target=take, name=f"taker {i}") for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 1000
    assert throttle.count == 1000

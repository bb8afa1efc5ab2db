# SPDX-License-Identifier: Apache-2.0
"""poll(2): a consumer sleeps until there is enough to read, or until it has waited."""

from __future__ import annotations

import time

from tests.driver.child import in_child
from tests.driver.consumer import Consumer
from tests.driver.native import buffer, syscall

LONG_US = 50_000_000


def write(size: int) -> None:
    syscall("pwrite64", -1, buffer(size), size, 0)


def start(consumer: Consumer, *, watermark: int = 0, delay_us: int = 0) -> None:
    consumer.configure(snaplen=32768, watermark=watermark, delay_us=delay_us)
    consumer.select(["pwrite64"])
    consumer.start()


def test_idle_consumer_sleeps() -> None:
    with Consumer() as consumer:
        start(consumer)
        assert not consumer.wait(0.3)


def test_wakes_after_a_while() -> None:
    with Consumer() as consumer:
        start(consumer, delay_us=1_500_000)
        before = time.monotonic()
        in_child(lambda: write(1))
        assert consumer.wait(20)
        assert time.monotonic() - before >= 1.5
        assert len(consumer.drain()) == 1
        assert not consumer.wait(0)


def test_wakes_at_the_watermark() -> None:
    with Consumer() as consumer:
        start(consumer, watermark=64 << 10, delay_us=LONG_US)
        in_child(lambda: write(30 << 10))
        assert not consumer.wait(0.3)
        for _ in range(6):
            in_child(lambda: write(30 << 10))
        assert consumer.wait(5)
        assert len(consumer.drain()) == 7
        assert not consumer.wait(0)


def test_readable_as_long_as_something_is_unread() -> None:
    with Consumer() as consumer:
        start(consumer, watermark=1, delay_us=LONG_US)
        in_child(lambda: write(100))
        assert consumer.wait(5)
        assert consumer.wait(0)


def test_stopping_makes_the_rest_readable() -> None:
    with Consumer() as consumer:
        start(consumer, delay_us=LONG_US)
        in_child(lambda: write(100))
        assert not consumer.wait(0)
        consumer.stop()
        assert consumer.wait(5)
        assert len(consumer.drain()) == 1

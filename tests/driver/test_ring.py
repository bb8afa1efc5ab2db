# SPDX-License-Identifier: Apache-2.0
"""The ring: nothing is lost silently, nobody's misuse hurts the kernel."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator

import pytest

from tests.driver.child import in_child
from tests.driver.consumer import RING_MIN, Consumer
from tests.driver.native import buffer, syscall

SNAPLEN = 32768
FULL = 0
OTHER, DIR_FILE_EXIT = 0, 7


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    """One of the smallest rings, watching two calls of which few fill it."""
    with Consumer() as made:
        made.configure(ring_size=RING_MIN, snaplen=SNAPLEN)
        made.select(["pwrite64", "unlink"])
        made.start()
        yield made


def big_writes(count: int) -> Callable[[], None]:
    """Makes this many records of 32 KiB, all on the first CPU."""
    content = buffer(bytes(range(256)) * (SNAPLEN // 256))

    def call() -> None:
        os.sched_setaffinity(0, {0})
        fd = os.open("/dev/null", os.O_WRONLY)
        for position in range(count):
            syscall("pwrite64", fd, content, SNAPLEN, position)

    return call


def positions(consumer: Consumer) -> list[int]:
    return [record.params["pos"] for record in consumer.drain() if "pos" in record.params]


def test_storm_without_reading_is_accounted_for(consumer: Consumer) -> None:
    calls = 200
    in_child(big_writes(calls))
    counters = consumer.settled()
    assert counters.produced == calls
    assert counters.produced == counters.delivered + counters.lost_total
    assert 0 < counters.delivered < 40
    assert counters.lost[FULL][OTHER] == counters.lost_total
    assert positions(consumer) == list(range(counters.delivered))


def test_losses_are_counted_by_class(consumer: Consumer) -> None:
    def call() -> None:
        big_writes(40)()
        for _ in range(50):
            syscall("unlink", b"/none/" + b"x" * 4000)

    in_child(call)
    counters = consumer.settled()
    assert counters.produced == 90
    assert counters.produced == counters.delivered + counters.lost_total
    assert counters.lost[FULL][OTHER] > 0
    assert counters.lost[FULL][DIR_FILE_EXIT] > 0
    assert counters.lost_total == (counters.lost[FULL][OTHER] + counters.lost[FULL][DIR_FILE_EXIT])


def test_records_arrive_again_after_a_loss(consumer: Consumer) -> None:
    in_child(big_writes(100))
    consumer.drain()
    in_child(big_writes(3))
    assert positions(consumer) == [0, 1, 2]


def test_records_are_whole_where_the_ring_wraps(consumer: Consumer) -> None:
    expected = bytes(range(256)) * (SNAPLEN // 256)
    for _ in range(8):
        in_child(big_writes(25))
        records = [record for record in consumer.drain() if "pos" in record.params]
        assert [record.params["pos"] for record in records] == list(range(25))
        assert all(record.params["data"] == expected for record in records)
    counters = consumer.totals()
    assert counters.lost_total == 0
    assert counters.head > 3 * RING_MIN


def test_data_is_mapped_twice(consumer: Consumer) -> None:
    in_child(big_writes(10))
    for ring in consumer.rings.values():
        assert ring.data[: ring.size] == ring.data[ring.size :]
    assert any(ring.data[:64] != bytes(64) for ring in consumer.rings.values())


@pytest.mark.parametrize("wrong", [1, -1, RING_MIN, -RING_MIN, 1 << 40, 1 << 63])
def test_hostile_tail(consumer: Consumer, wrong: int) -> None:
    in_child(big_writes(5))
    for ring in consumer.rings.values():
        ring.tail = (ring.head + wrong) % (1 << 64)
    in_child(big_writes(60))
    counters = consumer.settled()
    assert counters.produced == counters.delivered + counters.lost_total
    for ring in consumer.rings.values():
        ring.read_to = ring.tail = ring.head
    in_child(big_writes(3))
    assert positions(consumer) == [0, 1, 2]


def test_hostile_control_page(consumer: Consumer) -> None:
    in_child(big_writes(2))
    heads = {cpu: ring.head for cpu, ring in consumer.rings.items()}
    for cpu, ring in consumer.rings.items():
        fixed = ring.control[128:192]
        ring.control[:] = b"\xff" * len(ring.control)
        ring.control[128:192] = fixed
        ring.read_to = ring.tail = heads[cpu]
    in_child(big_writes(3))
    ring = consumer.rings[0]
    assert ring.head > heads[0]
    assert struct.unpack_from("=Q", ring.control, 0)[0] == ring.head
    for cpu in consumer.rings.keys() - {0}:
        consumer.rings[cpu].read_to = consumer.rings[cpu].head
    assert positions(consumer) == [0, 1, 2]


def test_a_fault_is_counted(consumer: Consumer) -> None:
    before = consumer.totals().faults
    in_child(lambda: syscall("unlink", 16))
    assert consumer.settled().faults == before + 1

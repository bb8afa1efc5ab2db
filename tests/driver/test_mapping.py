# SPDX-License-Identifier: Apache-2.0
"""What may be mapped of a ring, and how."""

from __future__ import annotations

import errno
import mmap
from collections.abc import Iterator

import pytest

from tests.driver.consumer import (
    CONTROL_SIZE,
    CPU_SHIFT,
    DATA_OFFSET,
    RING_MIN,
    Consumer,
)
from tests.driver.native import syscall

READ, WRITE = mmap.PROT_READ, mmap.PROT_WRITE
SIZE = RING_MIN


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    with Consumer() as made:
        made.configure(ring_size=SIZE)
        made.start()
        yield made


def try_mmap(fd: int, length: int, prot: int, offset: int, flags: int = mmap.MAP_SHARED) -> int:
    """0, or -errno."""
    address = syscall("mmap", None, length, prot, flags, fd, offset)
    if 0 > address > -4096:
        return address
    assert syscall("munmap", address, length) == 0
    return 0


@pytest.mark.parametrize(
    ("length", "prot", "offset"),
    [(CONTROL_SIZE, READ | WRITE, 0), (CONTROL_SIZE, READ, 0), (2 * SIZE, READ, DATA_OFFSET)],
)
def test_map_allowed(consumer: Consumer, length: int, prot: int, offset: int) -> None:
    assert try_mmap(consumer.fd, length, prot, offset) == 0


@pytest.mark.parametrize(
    ("length", "offset"),
    [
        (2 * CONTROL_SIZE, 0),
        (CONTROL_SIZE, 4096),
        (CONTROL_SIZE, DATA_OFFSET - 4096),
        (CONTROL_SIZE, DATA_OFFSET),
        (SIZE, DATA_OFFSET),
        (2 * SIZE - 4096, DATA_OFFSET),
        (2 * SIZE + 4096, DATA_OFFSET),
        (2 * SIZE, DATA_OFFSET + 4096),
        (2 * SIZE, 0),
    ],
)
def test_map_wrong_place_or_length(consumer: Consumer, length: int, offset: int) -> None:
    assert try_mmap(consumer.fd, length, READ, offset) == -errno.EINVAL


@pytest.mark.parametrize("cpu", [1000, 1 << 20, (1 << 32) - 1])
def test_map_ring_of_a_cpu_that_is_not_there(consumer: Consumer, cpu: int) -> None:
    result = try_mmap(consumer.fd, CONTROL_SIZE, READ, cpu << CPU_SHIFT)
    assert result in (-errno.EINVAL, -errno.ENODEV)


def test_map_data_for_writing(consumer: Consumer) -> None:
    refused = (-errno.EPERM, -errno.EACCES, -errno.EINVAL)
    assert try_mmap(consumer.fd, 2 * SIZE, READ | WRITE, DATA_OFFSET) in refused
    private = try_mmap(consumer.fd, 2 * SIZE, READ | WRITE, DATA_OFFSET, mmap.MAP_PRIVATE)
    assert private in refused


def test_map_data_and_make_it_writable_later(consumer: Consumer) -> None:
    address = syscall("mmap", None, 2 * SIZE, READ, mmap.MAP_SHARED, consumer.fd, DATA_OFFSET)
    assert syscall("mprotect", address, 2 * SIZE, READ | WRITE) == -errno.EACCES
    assert syscall("munmap", address, 2 * SIZE) == 0


def test_map_before_start() -> None:
    with Consumer() as made:
        made.configure()
        assert try_mmap(made.fd, CONTROL_SIZE, READ, 0) == -errno.ENODEV


def test_control_page_says_what_it_belongs_to(consumer: Consumer) -> None:
    for cpu, ring in consumer.rings.items():
        assert ring.fixed() == (1, cpu, SIZE)
        assert ring.control[192 + 8 * 44 :] == bytes(CONTROL_SIZE - 192 - 8 * 44)


def test_fresh_ring_shows_nothing_of_the_kernel(consumer: Consumer) -> None:
    assert all(ring.data[:] == bytes(2 * SIZE) for ring in consumer.rings.values())


def test_mapping_outlives_the_consumer() -> None:
    made = Consumer()
    made.configure(ring_size=SIZE)
    made.start()
    rings, made.rings = made.rings, {}
    made.close()
    assert all(ring.data[:4096] == bytes(4096) for ring in rings.values())
    for ring in rings.values():
        ring.close()
    with Consumer() as other:
        assert other.status().consumers == 1

# SPDX-License-Identifier: Apache-2.0
"""The driver's ring arithmetic, compiled for user space, against plain integers.

The last test drives it the way the ring does, with a consumer that writes any
tail: whatever it says, no record reaches beyond the data.
"""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[3]
DRIVER = ROOT / "driver"
U64 = 1 << 64
RECORD_MAX = 65536

WRAPPER = """
#include "ring_math.h"
int size_valid(uint64_t size) { return fm_ring_size_valid(size); }
uint64_t used(uint64_t head, uint64_t tail, uint64_t size)
{
	return fm_ring_used(head, tail, size);
}
uint64_t free_(uint64_t head, uint64_t tail, uint64_t size)
{
	return fm_ring_free(head, tail, size);
}
uint64_t index_(uint64_t position, uint64_t size) { return fm_ring_index(position, size); }
int crosses(uint64_t before, uint64_t after, uint64_t watermark)
{
	return fm_ring_crosses(before, after, watermark);
}
int overdue(uint64_t due, uint64_t tail) { return fm_ring_overdue(due, tail); }
"""

positions = st.integers(0, U64 - 1)
sizes = st.integers(20, 29).map(lambda bits: 1 << bits)


@pytest.fixture(scope="module")
def math(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("ring_math")
    source = folder / "ring_math.c"
    source.write_text(WRAPPER)
    library = folder / "ring_math.so"
    command = ["cc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run([*command, f"-I{DRIVER}", str(source), "-o", str(library)], check=True)
    loaded = ctypes.CDLL(str(library))
    for name in ("used", "free_", "index_"):
        getattr(loaded, name).restype = ctypes.c_uint64
    for name, count in {
        "size_valid": 1,
        "used": 3,
        "free_": 3,
        "index_": 2,
        "crosses": 3,
        "overdue": 2,
    }.items():
        getattr(loaded, name).argtypes = [ctypes.c_uint64] * count
    return loaded


def test_valid_sizes_are_powers_of_two_within_bounds(math: ctypes.CDLL) -> None:
    powers = [1 << bits for bits in range(64)]
    near = [power + step for power in powers for step in (-1, 1)]
    valid = {size for size in powers + near if math.size_valid(size % U64)}
    assert valid == {1 << bits for bits in range(20, 30)}


@given(tail=positions, size=sizes, data=st.data())
def test_used_of_a_tail_within_the_ring(
    math: ctypes.CDLL, tail: int, size: int, data: st.DataObject
) -> None:
    used = data.draw(st.integers(0, size))
    head = (tail + used) % U64
    assert math.used(head, tail, size) == used
    assert math.free_(head, tail, size) == size - used


@given(head=positions, tail=positions, size=sizes)
def test_tail_outside_the_ring_counts_as_full(
    math: ctypes.CDLL, head: int, tail: int, size: int
) -> None:
    if (head - tail) % U64 > size:
        assert math.used(head, tail, size) == size
        assert math.free_(head, tail, size) == 0


@given(size=sizes, head=positions)
def test_tail_one_byte_off_either_end_counts_as_full(
    math: ctypes.CDLL, size: int, head: int
) -> None:
    assert math.free_(head, (head + 1) % U64, size) == 0
    assert math.free_(head, (head - size - 1) % U64, size) == 0
    assert math.free_(head, (head - size) % U64, size) == 0
    assert math.free_(head, head, size) == size


@given(position=positions, size=sizes)
def test_index_is_the_position_within_the_data(math: ctypes.CDLL, position: int, size: int) -> None:
    assert math.index_(position, size) == position % size


@pytest.mark.parametrize(
    ("before", "after", "watermark", "expected"),
    [
        (0, 99, 100, False),
        (0, 100, 100, True),
        (99, 101, 100, True),
        (100, 101, 100, False),
        (0, 1, 1, True),
    ],
)
def test_watermark_is_crossed_once(
    math: ctypes.CDLL, before: int, after: int, watermark: int, expected: bool
) -> None:
    assert bool(math.crosses(before, after, watermark)) is expected


@given(tail=positions, ahead=st.integers(-(1 << 62), 1 << 62))
def test_overdue_is_what_lies_before_the_position_due(
    math: ctypes.CDLL, tail: int, ahead: int
) -> None:
    assert bool(math.overdue((tail + ahead) % U64, tail)) is (ahead > 0)


@given(
    size=st.just(1 << 20),
    head=positions,
    steps=st.lists(st.tuples(positions, st.integers(26, RECORD_MAX)), max_size=50),
)
def test_no_tail_leads_a_record_beyond_the_data(
    math: ctypes.CDLL, size: int, head: int, steps: list[tuple[int, int]]
) -> None:
    for tail, length in steps:
        capacity = min(math.free_(head, tail, size), RECORD_MAX)
        begin = math.index_(head, size)
        assert begin < size
        assert begin + capacity <= 2 * size
        if length <= capacity:
            head = (head + length) % U64

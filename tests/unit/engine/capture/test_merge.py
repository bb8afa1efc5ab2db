# SPDX-License-Identifier: Apache-2.0
"""The order of records over CPUs, and what is held back for it."""

from __future__ import annotations

import random

import pytest

from falcomod.engine.capture.merge import Merge
from tests.bpf_ring_file import BUSY, DISCARDED, BpfRingFile
from tests.record_builder import HEADER, build
from tests.ring_file import PAGE, RingFile

NOW = 10**18
SLACK = 500_000


def merged(file: RingFile, cpus: int) -> Merge:
    merge = Merge()
    for cpu in range(cpus):
        merge.attach_ring(file.fd, cpu, file.size)
    return merge


def record(ts: int) -> bytes:
    return build("close", ts=ts)


def times(records: list[tuple[int, bytes]]) -> list[int]:
    return [HEADER.unpack_from(data)[0] for _, data in records]


@pytest.mark.parametrize("cpus", [1, 2, 3, 8, 9, 17])
def test_records_of_all_cpus_come_in_order_of_time(cpus: int) -> None:
    rng = random.Random(cpus)
    with RingFile(cpus) as file:
        merge = merged(file, cpus)
        expected = sorted(rng.sample(range(1, 10**6), 12 * cpus))
        for ts in expected:
            file.push(rng.randrange(cpus), record(ts))
        assert times(merge.drain(NOW)) == expected
        assert merge.out_of_order == 0


def test_equal_times_come_in_order_of_cpus() -> None:
    with RingFile(3) as file:
        merge = merged(file, 3)
        for cpu in (2, 0, 1, 0):
            file.push(cpu, record(7))
        assert [cpu for cpu, _ in merge.drain(NOW)] == [0, 0, 1, 2]


def test_young_records_are_held_until_they_are_of_age() -> None:
    with RingFile(2) as file:
        merge = merged(file, 2)
        file.push(0, record(NOW - 10))
        file.push(1, record(NOW - 2 * SLACK))
        assert times(merge.drain(NOW)) == [NOW - 2 * SLACK]
        # A record that was being written meanwhile still takes its place.
        file.push(1, record(NOW - 20))
        assert times(merge.drain(NOW + SLACK)) == [NOW - 20, NOW - 10]
        assert merge.out_of_order == 0


def test_single_ring_holds_nothing_back() -> None:
    with RingFile(1) as file:
        merge = merged(file, 1)
        file.push(0, record(NOW))
        assert times(merge.drain(NOW)) == [NOW]


def test_clock_set_back_holds_nothing_for_long() -> None:
    with RingFile(2) as file:
        merge = merged(file, 2)
        file.push(0, record(NOW + 3600 * 10**9))
        assert times(merge.drain(NOW)) == [NOW + 3600 * 10**9]


def test_record_that_comes_too_late_is_counted() -> None:
    with RingFile(2) as file:
        merge = merged(file, 2)
        file.push(0, record(100))
        merge.drain(NOW)
        file.push(1, record(50))
        assert times(merge.drain(NOW)) == [50]
        assert merge.out_of_order == 1


def test_bad_length_takes_the_rest_of_its_own_ring_only() -> None:
    with RingFile(2) as file:
        merge = merged(file, 2)
        broken = HEADER.pack(5, 1, 3, 5, 0)
        file.push(0, record(1) + broken + record(9))
        file.push(1, record(2))
        file.push(1, record(8))
        assert merge.drain(NOW) == [(0, record(1)), (1, record(2)), (0, None), (1, record(8))]
        file.push(0, record(10))
        assert merge.drain(NOW) == [(0, record(10))]


def test_piece_shorter_than_a_header_is_dropped() -> None:
    with RingFile(2) as file:
        merge = merged(file, 2)
        file.push(1, b"short")
        file.push(0, record(4))
        assert merge.drain(NOW) == [(1, None), (0, record(4))]


def test_random_interleaving_loses_and_repeats_nothing() -> None:
    rng = random.Random(20)
    with RingFile(3, PAGE) as file:
        merge = merged(file, 3)
        pushed, seen = [], []
        for ts in range(1, 400):
            cpu = rng.randrange(3)
            if file.free(cpu) >= len(record(ts)):
                file.push(cpu, record(ts))
                pushed.append(ts)
            if rng.random() < 0.1:
                seen += times(merge.drain(NOW))
        seen += times(merge.drain(NOW))
        assert seen == pushed


def bpf_merged(*files: BpfRingFile) -> Merge:
    merge = Merge()
    for file in files:
        merge.attach_bpf_ring(file.fd, file.size)
    return merge


def test_bpf_rings_and_their_cpus_come_in_order_of_time() -> None:
    with BpfRingFile() as one, BpfRingFile() as other:
        merge = bpf_merged(one, other)
        for ts, cpu in ((1, 0), (3, 2), (4, 0)):
            one.push(record(ts), cpu=cpu)
        other.push(record(2), cpu=1)
        taken = merge.drain(NOW)
        assert times(taken) == [1, 2, 3, 4]
        assert [cpu for cpu, _ in taken] == [0, 1, 2, 0]
        assert (one.tail, other.tail) == (one.head, other.head)


def test_bpf_ring_goes_round() -> None:
    with BpfRingFile() as file:
        merge = bpf_merged(file)
        for ts in range(1, 400):
            file.push(record(ts))
            assert times(merge.drain(NOW)) == [ts]
        assert file.head > 2 * file.size


def test_what_a_program_gave_up_is_passed_over() -> None:
    with BpfRingFile() as file:
        merge = bpf_merged(file)
        file.push(record(1), flags=DISCARDED)
        file.push(record(2))
        file.push(record(3), flags=DISCARDED)
        assert times(merge.drain(NOW)) == [2]
        assert file.tail == file.head


def test_record_that_is_still_being_written_ends_the_batch() -> None:
    with BpfRingFile() as file:
        merge = bpf_merged(file)
        file.push(record(1))
        busy = file.push(record(2), flags=BUSY)
        file.push(record(3))
        assert times(merge.drain(NOW)) == [1]
        assert merge.drain(NOW) == []
        file.commit(busy)
        assert times(merge.drain(NOW)) == [2, 3]
        assert merge.refused_heads() == 0


def test_corrupt_record_of_a_bpf_ring_does_not_take_the_next_along() -> None:
    with BpfRingFile() as file:
        merge = bpf_merged(file)
        file.push(b"\xff" * 40)
        file.push(record(2))
        assert [data for _, data in merge.drain(NOW)] == [None, record(2)]


def test_frame_longer_than_what_is_there_is_refused() -> None:
    with BpfRingFile() as file:
        merge = bpf_merged(file)
        file.push(record(1), length=1 << 20)
        assert merge.drain(NOW) == []
        assert merge.refused_heads() == 1
        file.push(record(2))
        assert times(merge.drain(NOW)) == [2]

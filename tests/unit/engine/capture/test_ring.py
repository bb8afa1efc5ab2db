# SPDX-License-Identifier: Apache-2.0
"""One ring: wrapping, giving space back, and control pages that lie."""

from __future__ import annotations

import pytest

from falcomod.engine.capture.merge import Merge
from falcomod.errors import DriverError
from tests.record_builder import build
from tests.ring_file import PAGE, RingFile

NOW = 10**18


def record(ts: int, size: int = 0) -> bytes:
    return build("openat", ts=ts, name="/" + "n" * size)


def test_records_wrap_around_the_end_many_times() -> None:
    with RingFile() as file:
        merge = Merge()
        merge.attach_ring(file.fd, 0, PAGE)
        for ts in range(1, 60):
            written = record(ts, 20 * ts % 1000)
            file.push(0, written)
            assert merge.drain(NOW) == [(0, written)]
        assert file.word(0, "head") > 5 * PAGE


def test_space_is_given_back_after_the_batch() -> None:
    with RingFile() as file:
        merge = Merge()
        merge.attach_ring(file.fd, 0, PAGE)
        file.push(0, record(1))
        assert file.word(0, "tail") == 0
        merge.drain(NOW)
        assert file.word(0, "tail") == file.word(0, "head") == len(record(1))


def test_full_ring_is_read_whole() -> None:
    with RingFile() as file:
        merge = Merge()
        merge.attach_ring(file.fd, 0, PAGE)
        pushed = 0
        while file.free(0) >= len(record(1)):
            file.push(0, record(1))
            pushed += 1
        assert len(merge.drain(NOW)) == pushed
        assert file.free(0) == PAGE


def test_unread_records_of_an_earlier_reader_are_found() -> None:
    with RingFile() as file:
        file.push(0, record(1))
        file.push(0, record(2))
        file.set_word(0, "tail", len(record(1)))
        merge = Merge()
        merge.attach_ring(file.fd, 0, PAGE)
        assert merge.drain(NOW) == [(0, record(2))]


@pytest.mark.parametrize("head", [PAGE + 1, 2**40, 2**64 - 1])
def test_head_beyond_the_ring_is_refused_and_counted(head: int) -> None:
    with RingFile() as file:
        merge = Merge()
        merge.attach_ring(file.fd, 0, PAGE)
        file.set_word(0, "head", head)
        assert merge.drain(NOW) == []
        assert merge.refused_heads() == 1


def test_head_that_goes_back_is_refused_and_counted() -> None:
    with RingFile() as file:
        merge = Merge()
        merge.attach_ring(file.fd, 0, PAGE)
        file.push(0, record(1))
        merge.drain(NOW)
        file.set_word(0, "head", 5)
        assert merge.drain(NOW) == []
        assert merge.refused_heads() == 1


def test_control_page_of_another_abi_is_refused() -> None:
    with (
        RingFile(abi_version=9) as file,
        pytest.raises(DriverError, match=r"ABI 9.*expected ABI 1"),
    ):
        Merge().attach_ring(file.fd, 0, PAGE)


def test_control_page_of_another_size_is_refused() -> None:
    with RingFile(size=2 * PAGE) as file, pytest.raises(DriverError, match=f"{2 * PAGE} bytes"):
        Merge().attach_ring(file.fd, 0, PAGE)


@pytest.mark.parametrize("size", [0, 3 * PAGE, 2**30])
def test_size_that_no_ring_can_have_is_refused(size: int) -> None:
    with RingFile() as file, pytest.raises(DriverError, match=f"{size} bytes"):
        Merge().attach_ring(file.fd, 0, size)


def test_file_that_cannot_be_mapped_is_refused() -> None:
    with pytest.raises(DriverError, match="cannot map the control page of CPU 3"):
        Merge().attach_ring(-1, 3, PAGE)

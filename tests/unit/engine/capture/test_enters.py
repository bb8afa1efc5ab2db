# SPDX-License-Identifier: Apache-2.0
"""Enters by thread: one each, bounded, and gone when used."""

from __future__ import annotations

from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.capture.enters import LIMITS, Enters


def test_enter_is_kept_until_it_is_dropped() -> None:
    enters = Enters()
    assert enters.kept(7) is None
    assert enters.keep(7, 6, [8, 4], b"x" * 12)
    assert enters.kept(7) == (6, 2, b"\x08\x00")
    assert enters.kept(8) is None
    enters.drop(7)
    assert enters.kept(7) is None
    assert enters.sizes()[:2] == (1, 0)


def test_next_enter_takes_the_place_of_the_last() -> None:
    enters = Enters()
    enters.keep(7, 6, [3], b"abc")
    enters.keep(7, 8, [], b"")
    assert enters.kept(7) == (8, 0, b"")
    assert enters.sizes()[:2] == (1, 1)


@pytest.mark.parametrize("tid", [0, 2**63, 2**64 - 1])
def test_any_thread_id_is_one(tid: int) -> None:
    enters = Enters()
    enters.keep(tid, 6, [], b"")
    assert enters.kept(tid) is not None


def test_threads_are_limited_and_idle_ones_make_room() -> None:
    enters = Enters()
    limit = LIMITS["threads"]
    refused = [tid for tid in range(2 * limit) if not enters.keep(tid, 6, [1], b"x")]
    # Sweeping a full table must be worth its while, so the last few are refused early.
    assert refused
    assert refused[0] >= limit - limit // 8
    assert refused == list(range(refused[0], 2 * limit))
    for tid in range(limit // 2):
        enters.drop(tid)
    assert enters.keep(2 * limit, 6, [1], b"x")
    assert enters.kept(limit // 2) is not None
    threads, waiting, size = enters.sizes()
    assert threads == waiting == refused[0] - limit // 2 + 1
    assert size == 64 * threads


def test_threads_that_came_and_went_leave_no_trace() -> None:
    enters = Enters()
    for tid in range(3 * LIMITS["threads"]):
        assert enters.keep(tid, 6, [1], b"x")
        enters.drop(tid)
    assert enters.sizes()[0] <= 1024


def test_bytes_are_limited() -> None:
    enters = Enters()
    large = b"x" * 60_000
    kept = sum(enters.keep(tid, 6, [60_000], large) for tid in range(2000))
    assert kept == LIMITS["bytes"] // 65536
    assert enters.sizes()[2] == LIMITS["bytes"]
    assert enters.kept(1999) is None


def test_refused_enter_does_not_leave_the_last_one_behind() -> None:
    enters = Enters()
    enters.keep(1, 6, [], b"")
    for tid in range(2, 2000):
        enters.keep(tid, 6, [60_000], b"x" * 60_000)
    assert not enters.keep(1, 8, [60_000], b"x" * 60_000)
    assert enters.kept(1) is None


def test_large_buffer_does_not_stay_with_an_idle_thread() -> None:
    enters = Enters()
    enters.keep(1, 6, [5000], b"x" * 5000)
    enters.keep(2, 6, [8], b"x" * 8)
    assert enters.sizes()[2] == 8192 + 64
    enters.drop(1)
    enters.drop(2)
    assert enters.sizes()[2] == 64 <= LIMITS["idle_bytes"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["keep", "drop"]), st.integers(0, 3000), st.integers(0, 300)),
    max_size=200,
)


@given(STEPS, st.integers(0, 2**64 - 3001))
def test_table_agrees_with_a_dictionary(steps: list[tuple[str, int, int]], base: int) -> None:
    enters = Enters()
    expected: OrderedDict[int, tuple[int, int, bytes]] = OrderedDict()
    for number, (action, offset, size) in enumerate(steps):
        tid = base + offset
        if action == "keep":
            assert enters.keep(tid, number, [size], b"x" * size)
            expected[tid] = (number, 1, size.to_bytes(2, "little"))
        else:
            enters.drop(tid)
            expected.pop(tid, None)
    assert enters.sizes()[1] == len(expected)
    for offset in {offset for _, offset, _ in steps}:
        assert enters.kept(base + offset) == expected.get(base + offset)

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from falcomod.alert.token_bucket import TokenBucket


def test_burst_then_the_rate() -> None:
    bucket = TokenBucket(0.5, 3, 100.0)
    assert [bucket.take(100.0) for _ in range(5)] == [True, True, True, False, False]
    assert not bucket.take(101.9)
    assert bucket.take(102.0)
    assert not bucket.take(102.1)


def test_rest_fills_it_to_the_burst_and_no_further() -> None:
    bucket = TokenBucket(10, 2, 0.0)
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]


def test_no_burst_is_no_token() -> None:
    bucket = TokenBucket(1, 0, 0.0)
    assert not bucket.take(1000.0)


def test_other_numbers_give_back_nothing_that_was_taken() -> None:
    bucket = TokenBucket(1, 5, 0.0)
    assert [bucket.take(0.0) for _ in range(5)] == [True] * 5
    bucket.resize(1, 8)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]


def test_a_bucket_without_a_rate_is_full_with_the_next_one() -> None:
    bucket = TokenBucket(0, 5, 0.0)
    assert bucket.take(0.0)
    bucket.resize(1, 2)
    assert [bucket.take(0.0) for _ in range(3)] == [True, True, False]


def test_clock_that_goes_backwards_takes_nothing_away() -> None:
    bucket = TokenBucket(1, 2, 50.0)
    assert bucket.take(10.0)
    assert bucket.take(10.0)
    assert not bucket.take(10.5)
    assert bucket.take(11.0)

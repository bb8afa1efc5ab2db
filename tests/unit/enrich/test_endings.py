# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from falcomod.enrich.endings import Endings


def test_only_the_first_end_counts() -> None:
    endings = Endings()
    assert [endings.is_first(id) for id in ("a", "a", "b", "a")] == [True, False, True, False]


def test_one_that_starts_again_ends_again() -> None:
    endings = Endings()
    assert endings.is_first("a")
    endings.starts("a")
    assert endings.is_first("a")


def test_only_the_latest_are_remembered() -> None:
    endings = Endings(kept=2)
    for id in ("a", "b"):
        endings.is_first(id)
    assert not endings.is_first("a")  # is the latest now
    endings.is_first("c")
    assert not endings.is_first("a")
    assert endings.is_first("b")

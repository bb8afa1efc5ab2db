# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from falcomod.enrich.deadline import Deadline


def test_time_that_is_left() -> None:
    now = [100.0]
    deadline = Deadline(5, clock=lambda: now[0])
    assert deadline.left_s() == 5
    now[0] = 103
    assert deadline.left_s() == 2


def test_nothing_is_left_when_it_has_passed() -> None:
    now = [100.0]
    deadline = Deadline(5, clock=lambda: now[0])
    now[0] = 106
    assert deadline.left_s() == 0

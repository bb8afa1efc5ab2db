# SPDX-License-Identifier: Apache-2.0
"""How long a client waits for a server that is away."""

from __future__ import annotations

from falcomod.client.backoff import LAST_S, Backoff


def test_waits_grow_up_to_the_last() -> None:
    backoff = Backoff()
    waits = [backoff.wait_s() for _ in range(8)]
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, LAST_S, LAST_S]


def test_after_a_success_they_begin_anew() -> None:
    backoff = Backoff()
    backoff.wait_s()
    backoff.wait_s()
    backoff.succeeded()
    assert backoff.wait_s() == 0.2

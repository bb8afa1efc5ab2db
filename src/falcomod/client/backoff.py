# SPDX-License-Identifier: Apache-2.0
"""How long to wait before a server that is away is asked again."""

from __future__ import annotations

FIRST_S = 0.2
LAST_S = 10.0


class Backoff:
    """Twice as long each time, up to ten seconds; from the beginning after a success."""

    def __init__(self) -> None:
        self._next_s = FIRST_S

    def wait_s(self) -> float:
        """For this time."""
        now_s, self._next_s = self._next_s, min(self._next_s * 2, LAST_S)
        return now_s

    def succeeded(self) -> None:
        """The server was there."""
        self._next_s = FIRST_S

# SPDX-License-Identifier: Apache-2.0
"""The time that a question with several requests may take in all."""

from __future__ import annotations

import time
from collections.abc import Callable


class Deadline:
    """A point in time, *timeout_s* from now."""

    def __init__(self, timeout_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end_s = clock() + timeout_s

    def left_s(self) -> float:
        """Seconds that are left, 0 when it has passed."""
        return max(0.0, self._end_s - self._clock())

# SPDX-License-Identifier: Apache-2.0
"""A bucket of tokens: how often something may be done, in the long run and at once."""

from __future__ import annotations


class TokenBucket:
    """Full at first; *rate* tokens for each second come back, up to *max_burst*.

    Times are of any clock that does not go backwards; where it does, nothing comes.
    """

    def __init__(self, rate: float, max_burst: float, now_s: float) -> None:
        self._rate = rate
        self._max_burst = max_burst
        self._tokens = float(max_burst)
        self._seen_s = now_s

    @property
    def rate(self) -> float:
        """Tokens that come back each second."""
        return self._rate

    def resize(self, rate: float, max_burst: float) -> None:
        """Goes on with other numbers; what was taken stays taken, unless nothing came back."""
        missing = self._max_burst - self._tokens if self._rate > 0 else 0.0
        self._rate = rate
        self._max_burst = max_burst
        self._tokens = max(0.0, max_burst - missing)

    def take(self, now_s: float) -> bool:
        """Whether there was a token, which is gone then."""
        gained = self._rate * max(0.0, now_s - self._seen_s)
        self._tokens = min(self._max_burst, self._tokens + gained)
        self._seen_s = now_s
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

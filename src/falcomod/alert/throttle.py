# SPDX-License-Identifier: Apache-2.0
"""Falco's old limit of alerts, outputs.rate and outputs.max_burst: a bucket of tokens.

What is kept back is counted by rule and told of once a minute.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter

from falcomod.alert.model import SOURCE_INTERNAL, Alert
from falcomod.alert.token_bucket import TokenBucket
from falcomod.config.output_options import RateLimit

log = logging.getLogger(__name__)

TELL_INTERVAL_S = 60.0
RULES_TOLD = 10  # by name; the others together


class Throttle:
    """Alerts of all rules take from one bucket, which is full at the start.

    For any thread.  Times are monotonic, in seconds.
    """

    def __init__(self, options: RateLimit) -> None:
        self._lock = threading.Lock()  # protects all below
        self._bucket = TokenBucket(options.rate, options.max_burst, 0.0)
        self._kept_back: Counter[str] = Counter()  # not yet told of, by rule
        self._told_s: float | None = None
        self._count = 0

    @property
    def count(self) -> int:
        """Alerts kept back since the start."""
        return self._count

    def configure(self, options: RateLimit) -> None:
        """Goes on with another limit; what was used of the old one stays used."""
        with self._lock:
            self._bucket.resize(options.rate, options.max_burst)

    def passes(self, alert: Alert, now_s: float) -> bool:
        """Whether the alert may go out; messages of falcomod about itself always may."""
        if self._bucket.rate <= 0 or alert.source == SOURCE_INTERNAL:
            return True
        with self._lock:
            if self._bucket.take(now_s):
                return True
            self._count += 1
            self._kept_back[alert.rule] += 1
            if self._told_s is None:
                self._told_s = now_s
        log.debug("Skipping rate-limited notification for rule %s", alert.rule)
        self.tell(now_s)
        return False

    def tell(self, now_s: float, *, at_once: bool = False) -> None:
        """Warns of what was kept back, a minute after the first of it; to be called now and then.

        *at_once*: without waiting for that, at the end.
        """
        with self._lock:
            due = self._told_s is not None and now_s - self._told_s >= TELL_INTERVAL_S
            if not self._kept_back or not (due or at_once):
                return
            kept_back, self._kept_back = self._kept_back, Counter()
            self._told_s = None
        told = [f"{rule!r}: {count}" for rule, count in kept_back.most_common(RULES_TOLD)]
        if len(kept_back) > RULES_TOLD:
            told.append(f"{len(kept_back) - RULES_TOLD} more rules")
        log.warning("alerts kept back by outputs.rate: %d (%s)", kept_back.total(), ", ".join(told))

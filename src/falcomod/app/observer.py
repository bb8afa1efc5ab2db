# SPDX-License-Identifier: Apache-2.0
"""Looks at the running falcomod once a second and shows what it sees to those who watch.

On a thread of its own: what they do about it (metrics, alerts about drops) takes time that
the engine has not.  That the engine answers is itself a sign that it is well.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from falcomod.app.snapshot import Snapshot

log = logging.getLogger(__name__)

INTERVAL_S = 1.0

Watcher = Callable[[Snapshot], object]


class Observer:
    """Calls each watcher with a snapshot, every *interval_s*; not while the engine is stuck."""

    def __init__(
        self,
        take: Callable[[], Snapshot | None],
        watchers: Sequence[Watcher],
        *,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._take = take
        self._watchers = tuple(watchers)
        self._interval_s = interval_s
        self._stopping = threading.Event()
        self._failing: set[int] = set()
        self._thread = threading.Thread(target=self._run, name="observer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, wait_s: float = 5.0) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(wait_s)

    def _run(self) -> None:
        due_s = time.monotonic() + self._interval_s
        while not self._stopping.wait(max(0.0, due_s - time.monotonic())):
            due_s = max(due_s + self._interval_s, time.monotonic())
            snapshot = self._take()
            if snapshot is not None:
                self.show(snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Calls the watchers; one that fails is told of once, and called again."""
        for number, watch in enumerate(self._watchers):
            try:
                watch(snapshot)
            except Exception as error:
                if number not in self._failing:
                    log.error("watcher failed: %s: %s", type(error).__name__, error, exc_info=True)
                self._failing.add(number)
            else:
                self._failing.discard(number)

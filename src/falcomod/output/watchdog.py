# SPDX-License-Identifier: Apache-2.0
"""Writes that take too long: each is told of once, and its end, too."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from falcomod.output.worker import Worker

log = logging.getLogger(__name__)


class Watchdog:
    """Looks at workers now and then; for one thread."""

    def __init__(self, timeout_ms: int) -> None:
        self.timeout_ms = timeout_ms
        self._told: dict[Worker, float] = {}  # when the write began that was told of

    def look(self, workers: Iterable[Worker], now_s: float) -> None:
        """*now_s*: by the clock of the workers."""
        workers = tuple(workers)
        for worker in workers:
            self._look_at(worker, now_s)
        for worker in self._told.keys() - set(workers):
            del self._told[worker]

    def is_blocked(self, worker: Worker, now_s: float) -> bool:
        """Whether the write that is under way takes too long; from any thread."""
        since_s = worker.writing_since_s
        return bool(since_s) and (now_s - since_s) * 1000 > self.timeout_ms

    def _look_at(self, worker: Worker, now_s: float) -> None:
        since_s = worker.writing_since_s
        told_s = self._told.get(worker)
        if told_s is not None and since_s != told_s:
            del self._told[worker]
            if not worker.queue.is_closed:
                log.info("output is not blocked any more: sink=%s", worker.name)
        elif told_s is None and self.is_blocked(worker, now_s):
            self._told[worker] = since_s
            # Begins as Falco's message does; but there all outputs would wait for this one.
            log.critical(
                '"%s" output timeout, this output channel is blocked: alerts=%d',
                worker.name,
                worker.counters()["waiting"],
            )

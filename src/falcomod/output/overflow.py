# SPDX-License-Identifier: Apache-2.0
"""Queues that are full: told once when an outage begins, and once when it is over."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from falcomod.output.worker import Worker

log = logging.getLogger(__name__)


class Overflow:
    """Looks at queues now and then, so that who puts an alert has nothing to tell; one thread.

    An outage is over when a queue drops nothing more and is half empty.
    """

    def __init__(self) -> None:
        self._dropped: dict[Worker, int] = {}  # at the last look
        self._before: dict[Worker, int] = {}  # dropped before the outage; only while there is one

    def look(self, workers: Iterable[Worker]) -> None:
        workers = tuple(workers)
        for worker in workers:
            self._look_at(worker)
        for worker in self._dropped.keys() - set(workers):
            del self._dropped[worker]
            self._before.pop(worker, None)

    def _look_at(self, worker: Worker) -> None:
        queue = worker.queue
        before, now = self._dropped.get(worker, 0), queue.dropped
        self._dropped[worker] = now
        if now > before:
            if worker not in self._before:
                self._before[worker] = before
                # The words of Falco, which logs are searched for.
                log.error(
                    "Outputs queue out of memory. Drop event and continue on ... "
                    "sink=%s capacity=%d",
                    worker.name,
                    queue.capacity,
                )
        elif worker in self._before and queue.length <= queue.capacity // 2:
            lost = now - self._before.pop(worker)
            log.warning("outputs queue has room again: sink=%s lost=%d", worker.name, lost)

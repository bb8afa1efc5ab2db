# SPDX-License-Identifier: Apache-2.0
"""What one client was handed, and whether it has it.

gRPC does not tell whether a message was read.  So an alert that was written stays on lease
until something says that the client lived on: its next request, the good end of the call,
or a while in which the connection answered a ping.  Where a client is gone before that,
its alerts go to the next one, which may see some of them again; none is lost.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from falcomod.output.memory_spool import Item, MemorySpool

REQUEST_AGE_S = 0.25  # what was written so long before a request had arrived when that was sent
SILENCE_AGE_S = 20.0  # longer than a ping and the wait for its answer: see grpc_server.OPTIONS
# Bytes that may be unconfirmed: clients (of C, 4 MiB) let no more come before they read the others.
UNCONFIRMED_MAX = 5 << 20


class Written(NamedTuple):
    """An alert that was written to the client's connection."""

    id: int
    size: int
    at_s: float


class Lease:
    """Alerts of one call; its own thread takes and writes, others may confirm."""

    def __init__(self, spool: MemorySpool, clock: Callable[[], float] = time.monotonic) -> None:
        self._spool = spool
        self._clock = clock
        self._lock = threading.Lock()  # of all below
        self._taken: dict[int, None] = {}  # not written yet, in order
        self._written: deque[Written] = deque()  # oldest first
        self._size = 0  # bytes of _written
        self.handed = 0  # alerts that were written
        self.returned = 0  # alerts that were given back

    def take(self, count: int, wait_s: float) -> list[Item]:
        """The oldest alerts that no other client has; waits for the first of them."""
        items = self._spool.take(count, wait_s)
        with self._lock:
            self._taken.update((item.id, None) for item in items)
        return items

    def written(self, item: Item) -> None:
        """It is on its way."""
        with self._lock:
            self._taken.pop(item.id, None)
            self._written.append(Written(item.id, len(item.body), self._clock()))
            self._size += len(item.body)
            self.handed += 1
            done = self._confirmed(lambda _oldest: self._size > UNCONFIRMED_MAX)
        self._spool.done(done)

    @property
    def is_open(self) -> bool:
        """Whether anything was written that is not confirmed."""
        return bool(self._written)

    def confirm(self, age_s: float) -> None:
        """The client has what was written at least *age_s* ago."""
        with self._lock:
            limit_s = self._clock() - age_s
            done = self._confirmed(lambda oldest: oldest.at_s <= limit_s)
        self._spool.done(done)

    def lose(self) -> None:
        """The client is gone: what it may not have is for the next one."""
        with self._lock:
            back = [written.id for written in self._written] + list(self._taken)
            self._written.clear()
            self._taken.clear()
            self._size = 0
            self.returned += len(back)
        self._spool.give_back(back)

    def _confirmed(self, is_there: Callable[[Written], bool]) -> list[int]:
        """Takes away the oldest, as long as the client has them."""
        done = []
        while self._written and is_there(self._written[0]):
            oldest = self._written.popleft()
            self._size -= oldest.size
            done.append(oldest.id)
        return done

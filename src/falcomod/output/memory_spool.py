# SPDX-License-Identifier: Apache-2.0
"""Alerts that wait for a receiver, in memory: who has which of them, in which order.

Whoever sends takes alerts on lease: others do not get the same, and what is given back comes
first again.  output.spool keeps them on disk.
"""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

log = logging.getLogger(__name__)

MEMORY_MAX = 32 * 2**20  # bytes of bodies that wait in memory, whatever was asked for
ROOM_SHARE = 0.75  # of what may wait: a spool that was full has room again when less does
USERS = threading.RLock()  # of how many have opened each spool


class Item(NamedTuple):
    """An alert on lease, as it will be sent."""

    id: int  # rises from alert to alert, also from run to run
    body: bytes


class MemorySpool:
    """Bodies in memory; several threads may append, and several take.

    Also what a spool on disk is made of: who has what, in which order, and how much there is.
    """

    def __init__(self, max_bytes: int, *, name: str = "memory") -> None:
        self.name = name
        self.users = 1  # that have yet to call close()
        # Of whom it is to append, and to send, where alerts must not overtake each other.
        self.append_turn = threading.Lock()
        self.send_turn = threading.Lock()
        self._max_bytes = max_bytes
        self._changed = threading.Condition()  # its lock: of everything here
        self._wakes = 0
        self._is_closed = False
        self._next_id = 1
        self._memory: dict[int, bytes] = {}  # that nobody has taken, oldest first
        self._leased: dict[int, Item] = {}
        self._returned: list[Item] = []  # a heap
        self._size_bytes = 0  # of all that are not done
        self._appended = 0
        self._lost = 0
        self._lost_before = 0  # when the last outage was over
        self._is_full = False

    is_durable = False  # whether alerts outlive this process

    def append(self, bodies: Sequence[bytes]) -> int:
        """How many were taken: those that do not fit are lost, and counted."""
        with self._changed:
            fitting = self._fitting(bodies)
            rows = list(enumerate(fitting, self._next_id))
            self._next_id += len(rows)
            kept = self._store(rows)
            self._size_bytes += sum(len(body) for _id, body in rows[:kept])
            self._appended += kept
            self._lost += len(bodies) - kept
            self._tell_of_room(len(bodies) - kept)
            if kept:
                self._changed.notify_all()
        return kept

    def take(self, count: int, wait_s: float) -> list[Item]:
        """The oldest that nobody has, up to *count*; waits for the first of them.

        None when the time is over, at wake(), and when the spool is closed.
        """
        deadline = time.monotonic() + wait_s
        with self._changed:
            wakes = self._wakes
            while not self._is_closed:
                items = self._lease(count)
                left = deadline - time.monotonic()
                if items or self._wakes != wakes or left <= 0:
                    return items
                self._changed.wait(min(left, self._patience_s()))
            return []

    def done(self, ids: Iterable[int]) -> None:
        """They have arrived; those that are not on lease are left alone."""
        with self._changed:
            items = [self._leased.pop(id) for id in ids if id in self._leased]
            self._size_bytes -= sum(len(item.body) for item in items)
            self._forget([item.id for item in items])

    def give_back(self, ids: Iterable[int]) -> None:
        """They have not; they are taken first again."""
        with self._changed:
            for id in ids:
                if id in self._leased:
                    heapq.heappush(self._returned, self._leased.pop(id))
            self._changed.notify_all()

    def wake(self) -> None:
        """Whoever waits in take() returns."""
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    def waiting(self) -> int:
        """How many are not done: those on lease, too."""
        with self._changed:
            return len(self._memory) + len(self._leased) + len(self._returned) + self._on_disk()

    def counters(self) -> dict[str, int]:
        with self._changed:
            return {
                "appended": self._appended,
                "lost": self._lost,
                "waiting": self.waiting(),
                "leased": len(self._leased),
                "bytes": self._size_bytes,
            }

    def change(self, max_bytes: int, fsync: str) -> None:
        """Other settings; what is there stays."""
        with self._changed:
            self._max_bytes = max_bytes

    def close(self) -> None:
        """To be called once by each user; the last one ends it, then take() returns nothing."""
        with USERS:
            self.users -= 1
            if self.users != 0:
                return
            with self._changed:
                self._is_closed = True
                self._changed.notify_all()
            self._end()

    def _fitting(self, bodies: Sequence[bytes]) -> list[bytes]:
        """Those for which there is room, in order."""
        if self._is_closed:
            return []
        room = self._bound() - self._size_bytes
        fitting = []
        for body in bodies:
            if len(body) <= room:
                fitting.append(body)
                room -= len(body)
        return fitting

    def _tell_of_room(self, lost: int) -> None:
        """Once when the first is lost, once when there is room again for many."""
        if self._is_closed:
            return
        if lost and not self._is_full:
            self._is_full = True
            self._lost_before = self._lost - lost
            log.error(
                "spool full, further alerts are lost until the receiver takes some: "
                "output=%s waiting=%d bytes=%d max_bytes=%d",
                self.name, self.waiting(), self._size_bytes, self._bound(),
            )  # fmt: skip
        elif self._is_full and not lost and self._has_room():
            self._is_full = False
            lost_meanwhile = self._lost - self._lost_before
            log.warning("spool has room again: output=%s lost=%d", self.name, lost_meanwhile)

    def _bound(self) -> int:
        return min(self._max_bytes, MEMORY_MAX)

    def _has_room(self) -> bool:
        return self._size_bytes <= ROOM_SHARE * self._bound()

    def _lease(self, count: int) -> list[Item]:
        items = [heapq.heappop(self._returned) for _ in range(min(count, len(self._returned)))]
        if len(items) < count:
            items += self._load(count - len(items))
        self._leased.update((item.id, item) for item in items)
        return items

    def _store(self, rows: Sequence[tuple[int, bytes]]) -> int:
        """How many are kept, the first of them."""
        self._memory.update(rows)
        return len(rows)

    def _load(self, count: int) -> list[Item]:
        ids = [id for id, _ in zip(self._memory, range(count), strict=False)]
        return [Item(id, self._memory.pop(id)) for id in ids]

    def _on_disk(self) -> int:
        """How many nobody has taken of those on disk."""
        return 0

    def _forget(self, ids: Sequence[int]) -> None:
        """They are done."""

    def _patience_s(self) -> float:
        """How long to wait for a change until it is looked for."""
        return 3600.0

    def _end(self) -> None:
        """The last user is gone."""
        with self._changed:
            self._tell_of_loss(self.waiting())
            self._memory.clear()

    def _tell_of_loss(self, count: int) -> None:
        if count:
            self._lost += count
            log.error(
                "alerts are lost, their receiver was away: output=%s lost=%d", self.name, count
            )

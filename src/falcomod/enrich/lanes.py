# SPDX-License-Identifier: Apache-2.0
"""Threads for what may take long, in lanes that do not wait for each other.

Each lane has few threads of its own, which are started when there is work: a
runtime that does not answer holds up its own lane and no other.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)

LANE_THREADS = 4

Call = Callable[[], None]


class Work(Protocol):
    """Where calls are put that another thread is to make."""

    def submit(self, lane: str, call: Call, delay_s: float = 0.0) -> None:
        """Has *call* made in the lane, not before *delay_s* from now."""

    def close(self) -> None:
        """Makes no more calls; those under way end by themselves."""


class Lanes:
    """Any number of lanes by name."""

    def __init__(self, *, threads: int = LANE_THREADS) -> None:
        self._threads = threads
        self._lock = threading.Lock()  # protects _lanes and _is_closed
        self._lanes: dict[str, _Lane] = {}
        self._is_closed = False

    def submit(self, lane: str, call: Call, delay_s: float = 0.0) -> None:
        with self._lock:
            if self._is_closed:
                return
            found = self._lanes.get(lane)
            if found is None:
                found = self._lanes[lane] = _Lane(lane, self._threads)
        found.put(call, time.monotonic() + delay_s)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.close()


class _Lane:
    """Calls by the time that they are due, and who makes them."""

    def __init__(self, name: str, threads_max: int) -> None:
        self._name = name
        self._threads_max = threads_max
        self._threads = 0
        self._idle = 0
        self._is_closed = False
        self._calls: list[tuple[float, int, Call]] = []
        self._numbers = itertools.count()  # of calls due at the same time the first is first
        self._news = threading.Condition()  # its lock protects all of the above

    def put(self, call: Call, due_s: float) -> None:
        with self._news:
            if self._is_closed:
                return
            heapq.heappush(self._calls, (due_s, next(self._numbers), call))
            self._news.notify()
            if len(self._calls) <= self._idle or self._threads == self._threads_max:
                return
            self._threads += 1
        # Daemons: a socket that never answers must not keep the program from its end.
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def close(self) -> None:
        with self._news:
            self._is_closed = True
            self._calls.clear()
            self._news.notify_all()

    def _run(self) -> None:
        while (call := self._next()) is not None:
            try:
                call()
            except Exception:
                # A fault of ours in one look-up; the others go on.
                log.exception("look-up failed inside lane=%s", self._name)

    def _next(self) -> Call | None:
        """The next call when it is due; None when the lane is closed."""
        with self._news:
            self._idle += 1
            try:
                while not self._is_closed:
                    if not self._calls:
                        self._news.wait()
                        continue
                    wait_s = self._calls[0][0] - time.monotonic()
                    if wait_s <= 0:
                        call = heapq.heappop(self._calls)[2]
                        if self._calls:
                            self._news.notify()  # another thread waits for what is next
                        return call
                    self._news.wait(wait_s)
                return None
            finally:
                self._idle -= 1

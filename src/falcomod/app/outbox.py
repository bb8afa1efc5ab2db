# SPDX-License-Identifier: Apache-2.0
"""Calls for the thread that owns the state, from before there is an engine to take them.

At the start that is the main thread, which makes the calls while it waits for the
first answers; then they go to Engine.post.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

Call = Callable[[], object]
Post = Callable[[Call], object]


class Outbox:
    """Called with a call, from any thread, it has that made."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque()
        self._post: Post | None = None
        self._news = threading.Condition()  # its lock protects all of the above

    def __call__(self, call: Call) -> None:
        with self._news:
            if self._post is not None:
                self._post(call)
                return
            self._calls.append(call)
            self._news.notify()

    def run_until(self, is_done: Callable[[], bool], *, wait_s: float) -> bool:
        """Makes the calls that come, until *is_done*; False: the time was over before."""
        deadline_s = time.monotonic() + wait_s
        while True:
            with self._news:
                calls, self._calls = self._calls, deque()
            for call in calls:
                call()
            # Asked without the lock, which those who change the answer want for their calls.
            is_over = is_done()
            left_s = deadline_s - time.monotonic()
            with self._news:
                if self._calls and (is_over or left_s > 0):
                    continue
                if is_over or left_s <= 0:
                    return is_over
                self._news.wait(left_s)

    def hand_over(self, post: Post) -> None:
        """From now on *post* has calls made; first those that are left, in order."""
        with self._news:
            while self._calls:
                post(self._calls.popleft())
            self._post = post

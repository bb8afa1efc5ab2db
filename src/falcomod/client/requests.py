# SPDX-License-Identifier: Apache-2.0
"""The requests of a stream: the server answers each with what has come since the last one."""

from __future__ import annotations

import threading


class Requests:
    """An iterator of empty requests, one each *interval_s* seconds, until close().

    gRPC asks for the next one on a thread of its own.
    """

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._closed = threading.Event()
        self._is_first = True

    def __iter__(self) -> Requests:
        return self

    def __next__(self) -> bytes:
        wait_s = 0.0 if self._is_first else self._interval_s
        self._is_first = False
        if self._closed.wait(wait_s):
            raise StopIteration
        return b""

    def close(self) -> None:
        """There will be no more."""
        self._closed.set()

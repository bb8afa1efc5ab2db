# SPDX-License-Identifier: Apache-2.0
"""Waits of a sink that another thread can end."""

from __future__ import annotations

import errno
import os
import select
import threading


class Interrupted(OSError):
    """The wait was ended: its output is not wanted any more."""

    def __init__(self) -> None:
        super().__init__(errno.ECANCELED, os.strerror(errno.ECANCELED))


class Interrupt:
    """Set once, from any thread; every wait ends then, also those that begin later."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._is_closed = False
        self._lock = threading.Lock()  # protects _fd, whose number another file may have later

    def set(self) -> None:
        with self._lock:
            if not self._is_closed:
                os.eventfd_write(self._fd, 1)

    def wait(self, wait_s: float) -> None:
        """Returns after a while; raises Interrupted."""
        self._poll(-1, 0, wait_s)

    def wait_writable(self, fd: int, wait_s: float | None = None) -> bool:
        """Whether *fd* takes bytes, has an error or has lost its reader; raises Interrupted."""
        return self._poll(fd, select.POLLOUT, wait_s)

    def wait_readable(self, fd: int, wait_s: float | None = None) -> bool:
        """Whether *fd* has bytes, has an error or has ended; raises Interrupted."""
        return self._poll(fd, select.POLLIN, wait_s)

    def close(self) -> None:
        """Nobody may wait any more; set() may still be called."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                os.close(self._fd)

    def _poll(self, fd: int, event: int, wait_s: float | None) -> bool:
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        if fd >= 0:
            poll.register(fd, event)
        ready = [number for number, _ in poll.poll(None if wait_s is None else wait_s * 1000)]
        if self._fd in ready:
            raise Interrupted
        return bool(ready)

# SPDX-License-Identifier: Apache-2.0
"""A file that lines are appended to, opened: a regular one, a FIFO or a device.

A regular file may be written to by others, run full and be moved away at any time.  A FIFO
without a reader is waited for, and one whose reader does not read.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import Self

from falcomod.output.interrupt import Interrupt

MODE = 0o600  # of a file that is made: alerts tell of command lines
READER_WAIT_S = 0.1  # between two looks for the reader of a FIFO; the kernel tells nobody


class NotAppended(OSError):
    """The first *written* bytes were appended, then it failed."""

    def __init__(self, written: int, cause: OSError) -> None:
        super().__init__(cause.errno, cause.strerror or str(cause))
        self.written = written


class LogFile:
    """Open until close(); for one thread."""

    def __init__(self, fd: int, interrupt: Interrupt) -> None:
        self._fd = fd
        self._interrupt = interrupt
        status = os.fstat(fd)
        self._identity = (status.st_dev, status.st_ino)
        self._is_regular = stat.S_ISREG(status.st_mode)
        self.is_fifo = stat.S_ISFIFO(status.st_mode)
        self._is_torn = self._ends_torn()

    @classmethod
    def open(cls, path: str, interrupt: Interrupt) -> Self:
        """Opens or makes the file; raises OSError.  Waits for the reader of a FIFO."""
        # To be read, too: whether its last line is whole shows in its last byte.
        flags = os.O_RDWR | os.O_CREAT
        try:
            is_fifo = stat.S_ISFIFO(mode := os.stat(path).st_mode)
            if not stat.S_ISREG(mode):
                flags = os.O_WRONLY | os.O_NONBLOCK
        except FileNotFoundError:
            is_fifo = False
        while True:
            try:
                fd = os.open(path, flags | os.O_APPEND | os.O_CLOEXEC | os.O_NOCTTY, MODE)
            except OSError as error:
                if not (is_fifo and error.errno == errno.ENXIO):
                    raise
                interrupt.wait(READER_WAIT_S)
            else:
                return cls(fd, interrupt)

    def append(self, data: bytes) -> None:
        """Appends whole lines; raises NotAppended.

        They begin on a line of their own, also behind a part of one: what did not fit once.
        """
        view = memoryview(b"\n" + data if self._is_torn else data)
        done, before = 0, len(view) - len(data)
        try:
            while done < len(view):
                try:
                    done += os.write(self._fd, view[done:])
                except BlockingIOError:
                    self._interrupt.wait_writable(self._fd)
        except OSError as error:
            raise NotAppended(max(0, done - before), error) from error
        finally:
            if done:
                self._is_torn = done < len(view) and self._ends_torn()

    def is_at(self, path: str) -> bool:
        """Whether *path* is still the name of this file."""
        try:
            status = os.stat(path)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def close(self) -> None:
        """Raises OSError where the file system notices only now that a write failed."""
        os.close(self._fd)

    def _ends_torn(self) -> bool:
        """Whether its last line has no end: a disk was full, or a writer was killed."""
        if not self._is_regular:
            return False
        size = os.fstat(self._fd).st_size
        return size > 0 and os.pread(self._fd, 1, size - 1) != b"\n"

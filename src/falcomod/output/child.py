# SPDX-License-Identifier: Apache-2.0
"""A command of the shell that reads from us, with the processes that it starts.

It is a process group of its own: signals of a terminal do not reach it, and it can be ended
with all that belongs to it.  No method but wait() blocks without a limit, and interrupt ends
that, too.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess

from falcomod.output.interrupt import Interrupt, Interrupted

TERM_WAIT_S = 1.0  # that it has to end after SIGTERM, until it is killed
SHELL = "/bin/sh"


class Child:
    """Runs from the start; end() or wait() must be called, else it stays as a zombie."""

    def __init__(self, command: str, interrupt: Interrupt) -> None:
        """Raises OSError where no process can be started."""
        self._interrupt = interrupt
        self._process = subprocess.Popen(
            [SHELL, "-c", command], stdin=subprocess.PIPE, bufsize=0, start_new_session=True
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin
        try:
            os.set_blocking(self._input.fileno(), False)
            self._pidfd = os.pidfd_open(self._process.pid)
        except OSError:
            self._input.close()
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            raise

    def write(self, data: bytes) -> None:
        """Hands everything over; raises BrokenPipeError when nobody reads, and Interrupted."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._input.fileno(), view) :]
            except BlockingIOError:
                self._interrupt.wait_writable(self._input.fileno())

    @property
    def has_ended(self) -> bool:
        return _is_readable(self._pidfd)

    def wait(self) -> int:
        """Lets it read to the end and waits until it has ended; returns its exit code.

        Raises Interrupted when it has been ended instead.  Negative: a signal's number.
        """
        self._input.close()
        try:
            self._interrupt.wait_readable(self._pidfd)
        except Interrupted:
            self._kill()
            raise
        return self._reap()

    def end(self, wait_s: float) -> int:
        """Lets it read to the end for *wait_s* at the most; returns its exit code."""
        self._input.close()
        try:
            has_ended = self._interrupt.wait_readable(self._pidfd, wait_s)
        except Interrupted:
            has_ended = False
        return self._reap() if has_ended else self._kill()

    def _kill(self) -> int:
        """Ends the whole group, politely at first."""
        # Its leader is not reaped yet, so the number of the group is still its own.
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.killpg(self._process.pid, number)
            if _is_readable(self._pidfd, TERM_WAIT_S):
                os.killpg(self._process.pid, signal.SIGKILL)  # what its end left behind
                break
        return self._reap()

    def _reap(self) -> int:
        code = self._process.wait()
        os.close(self._pidfd)
        return code


def _is_readable(fd: int, wait_s: float = 0.0) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(wait_s * 1000))

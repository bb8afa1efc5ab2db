# SPDX-License-Identifier: Apache-2.0
"""Alerts on standard output, as text or as JSON, one line each."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.output.interrupt import Interrupt
from falcomod.output.spec import Line, Spec, look

BUFFER_BYTES = 8192  # gathered where lines leave together
# A pipe or terminal that is ready takes as much without a wait (man 7 pipe: PIPE_BUF).
PART_BYTES = 4096


def spec(config: Config, line: Line) -> Spec | None:
    """The output that `stdout_output` switches on."""
    if not config.stdout_output.enabled:
        return None
    buffered = config.buffered_outputs

    def open_sink() -> StdoutSink:
        if sys.stdout is None:
            raise UserError(
                "stdout_output: standard output is closed; direct it somewhere, or switch the "
                "output off"
            )
        return StdoutSink(sys.stdout, line, buffered=buffered)

    return Spec(StdoutSink.name, (buffered, look(config)), open_sink)


class StdoutSink:
    """Writes what *render* makes of an alert, with a line end.

    Each line leaves at once unless *buffered*; then lines leave together when there are
    enough of them, and at the end.
    """

    name = "stdout"

    def __init__(
        self, stream: TextIO, render: Callable[[Alert], str], *, buffered: bool = False
    ) -> None:
        self._stream = stream
        self._render = render
        self._buffered = buffered
        self._gathered: list[str] = []
        self._gathered_size = 0
        self._fd = _descriptor(stream)
        self._may_wait = self._fd >= 0 and not stat.S_ISREG(os.fstat(self._fd).st_mode)
        self._interrupt = Interrupt()

    def write(self, alerts: Sequence[Alert]) -> None:
        text = "".join(f"{self._render(alert)}\n" for alert in alerts)
        self._gathered.append(text)
        self._gathered_size += len(text)
        if not self._buffered or self._gathered_size >= BUFFER_BYTES:
            self._flush()

    def reopen(self) -> None:
        """There is nothing to open."""

    def interrupt(self) -> None:
        self._interrupt.set()

    def close(self) -> None:
        try:
            self._flush()
        finally:
            self._interrupt.close()

    def _flush(self) -> None:
        text = "".join(self._gathered)
        self._gathered.clear()
        self._gathered_size = 0
        if self._fd < 0:
            self._stream.write(text)
            self._stream.flush()
            return
        # Past the stream, whose lock a write that never ends would hold for ever: the
        # interpreter could not end then.
        self._stream.flush()
        view = memoryview(text.encode(errors="replace"))
        while view:
            if self._may_wait:
                self._interrupt.wait_writable(self._fd)
                view = view[os.write(self._fd, view[:PART_BYTES]) :]
            else:
                view = view[os.write(self._fd, view) :]


def _descriptor(stream: TextIO) -> int:
    """Of what the stream writes to; -1 where that is memory."""
    try:
        return stream.fileno()
    except OSError:
        return -1

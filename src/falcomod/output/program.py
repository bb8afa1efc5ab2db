# SPDX-License-Identifier: Apache-2.0
"""Alerts on the standard input of a program, one line each.

The program is started once for all alerts, or once for each.  Its own output goes where that of
falcomod goes.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
from collections.abc import Sequence

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.output.child import Child
from falcomod.output.interrupt import Interrupt
from falcomod.output.sink import NotAllWritten
from falcomod.output.spec import Line, Spec, look

log = logging.getLogger(__name__)

END_WAIT_S = 5.0  # that a program has for what it was given last, when it is to end
STARTS = 2  # for one alert, where the program does not read it


class ProgramFailed(OSError):
    """It ended, and says that it was not well."""

    def __init__(self, code: int) -> None:
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        super().__init__(errno.EIO, f"the program ended with {how}")


def spec(config: Config, line: Line) -> Spec | None:
    """The output that `program_output` switches on."""
    options = config.program_output
    if not options.enabled:
        return None

    def open_sink() -> ProgramSink:
        if not options.program.strip():
            raise UserError(
                "program_output.program: there is none; write a command for the shell, or switch "
                "the output off"
            )
        return ProgramSink(options.program, line, keep_alive=options.keep_alive)

    return Spec(ProgramSink.name, (options, look(config)), open_sink)


class ProgramSink:
    """Hands what *line* makes of an alert, with a line end, to what *command* starts."""

    name = "program"

    def __init__(
        self, command: str, line: Line, *, keep_alive: bool, end_wait_s: float = END_WAIT_S
    ) -> None:
        self._command = command
        self._line = line
        self._keep_alive = keep_alive
        self._end_wait_s = end_wait_s
        self._interrupt = Interrupt()
        self._child: Child | None = None

    def write(self, alerts: Sequence[Alert]) -> None:
        write = self._hand_over if self._keep_alive else self._run
        for done, alert in enumerate(alerts):
            try:
                write(f"{self._line(alert)}\n".encode(errors="replace"))
            except OSError as error:
                raise NotAllWritten(done, error) from error

    def reopen(self) -> None:
        """The program is started anew for the next alert."""
        self._end_child()

    def interrupt(self) -> None:
        self._interrupt.set()

    def close(self) -> None:
        try:
            self._end_child()
        finally:
            self._interrupt.close()

    def _run(self, line: bytes) -> None:
        """A program of its own for the line; waits for its end."""
        child = Child(self._command, self._interrupt)
        try:
            child.write(line)
        except BrokenPipeError:
            # It need not read, as long as it ends well.
            log.debug("program did not read its alert: %s", self._command)
        except OSError:
            child.end(0)
            raise
        if code := child.wait():
            raise ProgramFailed(code)

    def _hand_over(self, line: bytes) -> None:
        """To the one program, which is started where there is none or it has ended."""
        for _ in range(STARTS):
            if self._child is None or self._child.has_ended:
                self._end_child()
                self._child = Child(self._command, self._interrupt)
            try:
                self._child.write(line)
            except BrokenPipeError:
                code = self._end_child()
            else:
                return
        if code:
            raise ProgramFailed(code)
        raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))

    def _end_child(self) -> int:
        child, self._child = self._child, None
        return 0 if child is None else child.end(self._end_wait_s)

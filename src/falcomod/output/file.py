# SPDX-License-Identifier: Apache-2.0
"""Alerts appended to a file, one line each.

The file may be moved away at any time (logrotate): it is opened for each batch of alerts, or,
kept open, looked for once a second and opened anew by reopen().
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Sequence

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.output.interrupt import Interrupt
from falcomod.output.log_file import LogFile, NotAppended
from falcomod.output.sink import NotAllWritten
from falcomod.output.spec import Line, Spec, look

LOOK_S = 1.0  # between two looks whether a file that is kept open is still in its place


def spec(config: Config, line: Line) -> Spec | None:
    """The output that `file_output` switches on."""
    options = config.file_output
    if not options.enabled:
        return None

    def open_sink() -> FileSink:
        _check(options.filename)
        return FileSink(options.filename, line, keep_alive=options.keep_alive)

    return Spec(FileSink.name, (options, look(config)), open_sink)


class FileSink:
    """Appends what *line* makes of an alert, with a line end, to the file at *path*."""

    name = "file"

    def __init__(
        self,
        path: str,
        line: Line,
        *,
        keep_alive: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._line = line
        self._keep_alive = keep_alive
        self._clock = clock
        self._interrupt = Interrupt()
        self._file: LogFile | None = None
        self._looked_s = 0.0

    def write(self, alerts: Sequence[Alert]) -> None:
        lines = [f"{self._line(alert)}\n".encode(errors="replace") for alert in alerts]
        done = 0
        while done < len(lines):
            file = self._opened()
            try:
                file.append(b"".join(lines[done:]))
            except NotAppended as error:
                done += _whole(lines[done:], error.written)
                if file.is_fifo and error.errno == errno.EPIPE:
                    self._close_file()  # the next reader begins with a whole line
                    continue
                if not self._keep_alive:
                    self._close_file()
                raise NotAllWritten(done, error, self._path) from error
            done = len(lines)
        if not self._keep_alive:
            self._close_file()

    def reopen(self) -> None:
        self._close_file()

    def interrupt(self) -> None:
        self._interrupt.set()

    def close(self) -> None:
        try:
            self._close_file()
        finally:
            self._interrupt.close()

    def _opened(self) -> LogFile:
        now_s = self._clock()
        if self._file is not None and now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            if not self._file.is_at(self._path):
                self._close_file()
        if self._file is None:
            self._file = LogFile.open(self._path, self._interrupt)
            self._looked_s = now_s
        return self._file

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def _check(filename: str) -> None:
    """Raises UserError where there can be no such file."""
    folder = os.path.dirname(os.path.abspath(filename))
    if not filename or os.path.isdir(filename):
        reason = f"{filename!r} is no file; name one"
    elif not os.path.isdir(folder):
        reason = f"{filename}: there is no folder {folder}; make it, or name a file in another one"
    else:
        return
    raise UserError(f"file_output.filename: {reason}")


def _whole(lines: Sequence[bytes], written: int) -> int:
    """How many of the lines the first *written* bytes hold whole."""
    count = 0
    for line in lines:
        written -= len(line)
        if written < 0:
            break
        count += 1
    return count

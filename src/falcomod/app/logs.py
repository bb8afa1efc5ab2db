# SPDX-License-Identifier: Apache-2.0
"""The program's own log: lines on standard error, each with its time in front, and syslog."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import time
from pathlib import Path
from typing import TextIO

from falcomod.app import stream
from falcomod.config.model import Config
from falcomod.errors import harmless

LEVELS = {
    "emergency": logging.CRITICAL,
    "alert": logging.CRITICAL,
    "critical": logging.CRITICAL,
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "notice": logging.INFO,
    "informational": logging.INFO,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}

# Python's levels → the numbers of syslog, most severe first.
SEVERITIES = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
    (logging.NOTSET, 7),
)
DAEMON = 3 << 3  # syslog's facility
LINE_MAX = 8192  # bytes; syslog would cut longer lines, too

READER_WAIT_S = 0.1  # for whoever reads standard error, once until it is read again

SYSLOG = Path("/dev/log")


def set_up(level: str) -> None:
    """Sends the log to standard error; level is a name of config.model.PRIORITIES."""
    _replace([_to_stderr(iso_time=False)], level)


def configure(config: Config, *, syslog: Path = SYSLOG) -> None:
    """Sends the log where the log_… options say; call it again when they have changed.

    Where there is no syslog, as in most containers, nothing is said about that.
    """
    handlers: list[logging.Handler] = []
    if config.log_stderr:
        handlers.append(_to_stderr(iso_time=config.time_format_iso_8601))
    if config.log_syslog:
        handlers.append(_Syslog(syslog))
    _replace(handlers, config.log_level)


def _replace(handlers: list[logging.Handler], level: str) -> None:
    root = logging.getLogger("falcomod")
    # Without any handler Python would write warnings to standard error by itself.
    root.handlers[:] = handlers or [logging.NullHandler()]
    root.setLevel(LEVELS[level])
    root.propagate = False


class _Lines(logging.Formatter):
    """An entry is a line; further ones are set in, so that no text of others can look as one."""

    def format(self, record: logging.LogRecord) -> str:
        return harmless(super().format(record)).replace("\n", "\n    ")


def _to_stderr(*, iso_time: bool) -> logging.Handler:
    handler = logging.StreamHandler() if sys.stderr is None else _Stderr(sys.stderr)
    if iso_time:
        formatter = _Lines("%(asctime)s: %(message)s", "%Y-%m-%dT%H:%M:%S+0000")
        formatter.converter = time.gmtime
    else:
        formatter = _Lines("%(asctime)s: %(message)s", "%a %b %d %H:%M:%S %Y")
    handler.setFormatter(formatter)
    return handler


class _Stderr(logging.Handler):
    """Standard error; lines that nobody reads are lost, and counted.

    Otherwise all threads that have something to say would wait, also the engine's.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{self.format(record)}\n"
        if self._lost:
            text = f"\n{self._lost} lines of the log are lost, nobody read them\n{text}"
        if stream.put(self._stream, text, 0 if self._lost else READER_WAIT_S):
            self._lost = 0
        else:
            self._lost += 1


class _Syslog(logging.Handler):
    """The socket that syslog or journald reads (man 3 syslog).

    It is opened for each line: lines are rare, and a syslog that was started again is found.
    SysLogHandler would wait for one that does not read; here such a line is lost.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.setFormatter(_Lines())
        self._path = str(path)

    def emit(self, record: logging.LogRecord) -> None:
        severity = next(number for level, number in SEVERITIES if record.levelno >= level)
        line = f"<{DAEMON | severity}>falcomod[{os.getpid()}]: {self.format(record)}"
        # To say that the log cannot be written there is no place but the log.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.setblocking(False)
            sender.sendto(line.encode(errors="replace")[:LINE_MAX], self._path)

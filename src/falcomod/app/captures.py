# SPDX-License-Identifier: Apache-2.0
"""Capture files: opened by what they hold, whatever they are called.

A .scap file gives records of system calls and its own first state; lines of
JSON give audit events of Kubernetes.  Either may be packed with gzip, and "-"
is standard input.
"""

from __future__ import annotations

import ctypes
import logging
import os
import stat
from collections.abc import Callable, Mapping
from typing import Protocol

from falcomod.app.agent import Drains
from falcomod.app.audit.lines import AuditLines, are_audit_lines
from falcomod.engine.capture.savefile import SavefileSource
from falcomod.engine.documents import DocumentEngine
from falcomod.engine.fields.evt import set_hostname
from falcomod.engine.loop import Engine
from falcomod.engine.match.ruleset import Ruleset
from falcomod.engine.state.context import ContextView
from falcomod.engine.state.tables import State
from falcomod.errors import CaptureError, LocatedError
from falcomod.rules.model import SOURCE_K8S_AUDIT, SOURCE_SYSCALL

log = logging.getLogger(__name__)

STDIN = "-"
HEAD_SIZE = 4096  # bytes that the kind of a file is told by
BAD_LINES_TOLD = 5  # of a file; the rest are counted

OnMatch = Callable[[tuple[int, ...], ContextView], None]
OnError = Callable[[BaseException], None]


class Capture(Protocol):
    """An open file of events."""

    path: str
    event_source: str  # of its events: "syscall", "k8s_audit"
    hostname: str  # of the host it was made on; "" where it does not tell

    @property
    def position(self) -> int:
        """How many bytes of the file were read."""

    @property
    def size(self) -> int:
        """How many it has; 0 where that is not known."""

    @property
    def fault(self) -> str | None:
        """Why the file could not be read to its end; the events before that place were given."""

    def engine(
        self, rulesets: Mapping[str, Ruleset], on_match: OnMatch, on_error: OnError
    ) -> Drains:
        """What reads it with the rules of its source; once."""

    def counters(self) -> dict[str, int]:
        """What was read, converted and skipped."""

    def close(self) -> None: ...


def open_capture(path: str, *, thread_limit: int = 262144) -> Capture:
    """The capture at *path*; raises CaptureError where it cannot be read or is none."""
    if path == STDIN and os.isatty(0):
        raise CaptureError("no capture on standard input: it is a terminal")
    return KINDS[kind_of(peek(path))](path, thread_limit)


def kind_of(head: bytes) -> str:
    """The source of the events in a file that begins with *head*."""
    return SOURCE_K8S_AUDIT if are_audit_lines(head) else SOURCE_SYSCALL


def peek(path: str) -> bytes:
    """The first bytes of a file, which can still be read; none where it cannot be opened.

    Whoever opens it next tells what is wrong.
    """
    try:
        if path == STDIN:
            return _peek_stdin()
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""
        with open(path, "rb") as file:
            return file.read(HEAD_SIZE)
    except OSError:
        return b""


class RecordCapture:
    """A .scap file.

    While it is open, evt.hostname is the name of the host it was made on.
    """

    event_source = SOURCE_SYSCALL

    def __init__(self, path: str, thread_limit: int) -> None:
        self.path = path
        self.state = State(thread_limit=thread_limit)
        self._source = SavefileSource(path, state=self.state)
        self._source.start()
        self.hostname = str(self._source.machine.get("hostname", ""))
        set_hostname(self.hostname)

    @property
    def position(self) -> int:
        return int(self._source.position)

    @property
    def size(self) -> int:
        return int(self._source.size)

    @property
    def fault(self) -> str | None:
        fault: str | None = self._source.fault
        return fault

    def engine(
        self, rulesets: Mapping[str, Ruleset], on_match: OnMatch, on_error: OnError
    ) -> Drains:
        ruleset = rulesets.get(self.event_source)
        engine: Drains = Engine(self._source, self.state, ruleset, on_match, on_error=on_error)
        return engine

    def counters(self) -> dict[str, int]:
        counts: dict[str, int] = self._source.counters()
        return counts

    def close(self) -> None:
        self._source.close()
        set_hostname(None)


class DocumentCapture:
    """Lines of JSON, each an audit event or several."""

    event_source = SOURCE_K8S_AUDIT
    hostname = ""

    def __init__(self, path: str, _thread_limit: int) -> None:
        self.path = path
        self._lines = AuditLines(path, on_fault=self._bad_line)
        self._bad_lines = 0

    @property
    def position(self) -> int:
        return self._lines.position

    @property
    def size(self) -> int:
        return self._lines.size

    @property
    def fault(self) -> str | None:
        return self._lines.fault

    def engine(
        self, rulesets: Mapping[str, Ruleset], on_match: OnMatch, on_error: OnError
    ) -> Drains:
        ruleset = rulesets.get(self.event_source)
        engine: Drains = DocumentEngine(self._lines, ruleset, on_match, on_error=on_error)
        return engine

    def counters(self) -> dict[str, int]:
        return self._lines.counters()

    def close(self) -> None:
        self._lines.close()

    def _bad_line(self, fault: LocatedError) -> None:
        self._bad_lines += 1
        if self._bad_lines <= BAD_LINES_TOLD:
            log.warning("line passed over: %s", fault)


def _peek_stdin() -> bytes:
    """What tee(2) copies out of a pipe stays in it; a redirected file is read at its place."""
    stdin = 0
    mode = os.fstat(stdin).st_mode
    if stat.S_ISREG(mode):
        return os.pread(stdin, HEAD_SIZE, os.lseek(stdin, 0, os.SEEK_CUR))
    if not stat.S_ISFIFO(mode):
        return b""
    out, into = os.pipe()
    try:
        copied = ctypes.CDLL(None, use_errno=True).tee(stdin, into, HEAD_SIZE, 0)
        return os.read(out, copied) if copied > 0 else b""
    finally:
        os.close(out)
        os.close(into)


KINDS: dict[str, Callable[[str, int], Capture]] = {
    SOURCE_SYSCALL: RecordCapture,
    SOURCE_K8S_AUDIT: DocumentCapture,
}

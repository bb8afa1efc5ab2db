# SPDX-License-Identifier: Apache-2.0
"""Audit events of Kubernetes out of a file of lines, for engine.documents.

A line is what app.audit.events reads: what the log backend writes, and what collectors
make of the webhook's requests.  The file may be gzipped, which its first bytes tell; "-"
is standard input.

A line that is no JSON, or no event, is counted, told to on_fault with its place, and
passed over.  What ends the file early is `fault`, after the events before it.
"""

from __future__ import annotations

import os
import select
import stat
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from falcomod.app.audit.events import AuditFault, events_of
from falcomod.errors import CaptureError, LocatedError, Location

# The largest object that etcd takes has 1.5 MiB, and an event may hold it twice.
LINE_SIZE_MAX = 16 << 20
CHUNK_SIZE = 256 << 10
WAIT_S = 0.2

GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31  # zlib: a gzip header, the largest window
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Fault = Callable[[LocatedError], None]


class AuditLines:
    """Iterates over the events of a file, each as a dict.

    Where standard input or a pipe has nothing for a while, None comes in between.
    *on_fault* is called for each line that is passed over.  Raises CaptureError when
    the file cannot be opened.
    """

    def __init__(
        self, path: str, *, on_fault: Fault | None = None, line_size_max: int = LINE_SIZE_MAX
    ) -> None:
        self.path = "standard input" if path == "-" else path
        self.fault: str | None = None  # why the rest of the file could not be read
        self.position = 0  # bytes of the file read
        self._on_fault = on_fault
        self._line_size_max = line_size_max
        self._counts = dict.fromkeys(COUNTERS, 0)
        try:
            self._file = 0 if path == "-" else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            facts = os.fstat(self._file)
        except OSError as error:
            raise CaptureError(f"{self.path}: {error.strerror}") from None
        self._is_ours = path != "-"
        self._can_wait = not stat.S_ISREG(facts.st_mode)
        self.size = facts.st_size if stat.S_ISREG(facts.st_mode) else 0  # bytes; 0: unknown

    def close(self) -> None:
        """Closes the file; there are no more events then."""
        if self._is_ours and self._file >= 0:
            os.close(self._file)
        self._file = -1

    def counters(self) -> dict[str, int]:
        """lines read, events, and lines passed over by what is wrong with them."""
        return dict(self._counts)

    def __iter__(self) -> Iterator[dict[str, Any] | None]:
        for line in self._lines():
            if line is None:
                yield None
                continue
            self._counts["lines"] += 1
            if line and not line.isspace():
                yield from self._events(line)

    def _events(self, line: bytes) -> Iterator[dict[str, Any]]:
        if len(line) > self._line_size_max:
            self._pass_over("too_long", f"longer than {self._line_size_max} bytes")
            return
        try:
            events = events_of(line)
        except AuditFault as fault:
            self._pass_over("bad_json", str(fault), fault.column)
            return
        for event in events:
            if isinstance(event, dict):
                self._counts["events"] += 1
                yield event
            else:
                self._pass_over("no_event", "an object was expected, an audit event")

    def _lines(self) -> Iterator[bytes | None]:
        """Lines without their ends; None where there is nothing for a while.

        Of a line that is too long comes one byte more than is allowed.
        """
        size_max = self._line_size_max + 1
        rest = b""
        for chunk in self._text():
            if chunk is None:
                yield None
                continue
            first, *others = chunk.split(b"\n")
            rest = (rest + first)[:size_max]
            for piece in others:
                yield rest
                rest = piece[:size_max]
        if rest and self.fault is None:
            yield rest

    def _text(self) -> Iterator[bytes | None]:
        """The file's text, piece by piece."""
        raw = self._raw()
        first = b""
        for chunk in raw:
            if chunk is None:
                yield None
                continue
            first += chunk
            if len(first) >= len(BYTE_ORDER_MARK):
                break
        if first.startswith(GZIP_MAGIC):
            yield from self._unzipped(first, raw)
        else:
            yield first.removeprefix(BYTE_ORDER_MARK)
            yield from raw

    def _unzipped(self, first: bytes, raw: Iterator[bytes | None]) -> Iterator[bytes | None]:
        """The text of gzip members that follow each other."""
        unzip = zlib.decompressobj(GZIP_WINDOW)
        for packed in chain([first], raw):
            if packed is None:
                yield None
                continue
            while packed:
                if unzip.eof:
                    packed = packed.lstrip(b"\0")  # what fills the last block of a tape
                    unzip = zlib.decompressobj(GZIP_WINDOW) if packed else unzip
                    continue
                try:
                    yield unzip.decompress(packed, CHUNK_SIZE)
                except zlib.error as error:
                    self._end(f"corrupt gzip data: {error}")
                    return
                packed = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
        if not unzip.eof:
            self._end("the gzip data ends too early")

    def _raw(self) -> Iterator[bytes | None]:
        """Bytes of the file as they come."""
        while self._file >= 0:
            if self._can_wait and not select.select([self._file], [], [], WAIT_S)[0]:
                yield None
                continue
            try:
                chunk = os.read(self._file, CHUNK_SIZE)
            except OSError as error:
                self._end(str(error.strerror))
                return
            if not chunk:
                return
            self.position += len(chunk)
            yield chunk

    def _end(self, reason: str) -> None:
        """Gives the rest of the file up."""
        self.fault = f"{self.path}: offset {self.position}: {reason}"

    def _pass_over(self, counter: str, reason: str, column: int = 0) -> None:
        self._counts[counter] += 1
        if self._on_fault is not None:
            place = Location(self.path, self._counts["lines"], column)
            self._on_fault(LocatedError(reason, place))


def are_audit_lines(first: bytes) -> bool:
    """Whether a file that begins so is one of JSON lines; a captured one never does."""
    if first.startswith(GZIP_MAGIC):
        try:
            first = zlib.decompressobj(GZIP_WINDOW).decompress(first, CHUNK_SIZE)
        except zlib.error:
            return False
    return first.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"[")


COUNTERS = ("lines", "events", "bad_json", "no_event", "too_long")

# SPDX-License-Identifier: Apache-2.0
"""Lines leave whole, at once or together."""

from __future__ import annotations

import io
import os

from falcomod.alert.model import Alert, Priority
from falcomod.output.stdout import StdoutSink

ALERT = Alert(
    time_ns=1,
    priority=Priority.DEBUG,
    rule="r",
    output="o",
    output_fields={},
    tags=(),
    hostname="h",
    source="syscall",
)


def pipe() -> tuple[int, io.TextIOWrapper]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    return reading, io.TextIOWrapper(io.FileIO(writing, "w"), write_through=False)


def waiting(reading: int) -> bytes:
    try:
        return os.read(reading, 4096)
    except BlockingIOError:
        return b""


def test_line_leaves_at_once() -> None:
    reading, stream = pipe()
    sink = StdoutSink(stream, lambda alert: alert.rule)
    sink.write([ALERT])
    assert waiting(reading) == b"r\n"
    stream.close()
    os.close(reading)


def test_buffered_lines_leave_at_the_end() -> None:
    reading, stream = pipe()
    sink = StdoutSink(stream, lambda alert: alert.rule, buffered=True)
    sink.write([ALERT])
    assert waiting(reading) == b""
    sink.close()
    assert waiting(reading) == b"r\n"
    stream.close()
    os.close(reading)

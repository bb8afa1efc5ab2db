# SPDX-License-Identifier: Apache-2.0
"""Lines leave whole, at once or together."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from falcomod.alert.model import Alert, Priority
from falcomod.config.model import Config
from falcomod.config.output_options import StdoutOutput
from falcomod.errors import UserError
from falcomod.output.interrupt import Interrupted
from falcomod.output.spec import Spec
from falcomod.output.stdout import BUFFER_BYTES, StdoutSink, spec

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
    sink.close()
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


def test_lines_leave_when_there_are_enough() -> None:
    reading, stream = pipe()
    sink = StdoutSink(stream, lambda alert: "x" * 99, buffered=True)
    sink.write([ALERT] * (BUFFER_BYTES // 100))
    assert waiting(reading) == b""
    sink.write([ALERT])
    assert len(waiting(reading)) == 4096
    sink.close()
    stream.close()
    os.close(reading)


def test_what_the_stream_holds_comes_first() -> None:
    reading, stream = pipe()
    stream.write("before\n")
    sink = StdoutSink(stream, lambda alert: alert.rule)
    sink.write([ALERT])
    assert waiting(reading) == b"before\nr\n"
    sink.close()
    stream.close()
    os.close(reading)


def test_stream_in_memory_is_written_to() -> None:
    stream = io.StringIO()
    sink = StdoutSink(stream, lambda alert: alert.rule)
    sink.write([ALERT])
    sink.close()
    assert stream.getvalue() == "r\n"


def test_file_gets_all_lines(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as stream:
        sink = StdoutSink(stream, lambda alert: "x" * 99)
        sink.write([ALERT] * 1000)
        sink.close()
    assert (tmp_path / "out").read_text() == ("x" * 99 + "\n") * 1000


def test_nobody_reads_any_more() -> None:
    reading, stream = pipe()
    sink = StdoutSink(stream, lambda alert: alert.rule)
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        sink.write([ALERT])
    sink.close()
    stream.close()


def test_reader_that_does_not_read_is_waited_for_until_somebody_says_so() -> None:
    reading, stream = pipe()
    sink = StdoutSink(stream, lambda alert: "x" * 99)
    threading.Timer(0.05, sink.interrupt).start()
    with pytest.raises(Interrupted):
        sink.write([ALERT] * 10_000)
    assert len(waiting(reading)) == 4096
    sink.close()
    stream.close()
    os.close(reading)


def test_spec_follows_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    def wanted(**options: bool) -> Spec:
        made = spec(Config(**options), lambda alert: alert.rule)
        assert made is not None
        return made

    assert wanted() == wanted()
    assert wanted() != wanted(buffered_outputs=True)
    assert wanted() != wanted(json_output=True)
    assert spec(Config(stdout_output=StdoutOutput(enabled=False)), str) is None  # type: ignore[arg-type]
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    sink = wanted().open()
    sink.write([ALERT])
    sink.close()
    assert stream.getvalue() == "r\n"
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(UserError, match="standard output is closed"):
        wanted().open()

# SPDX-License-Identifier: Apache-2.0
"""Every output offers what the protocol asks for."""

from __future__ import annotations

import inspect

from falcomod.output.explanation import ExplanationSink
from falcomod.output.file import FileSink
from falcomod.output.program import ProgramSink
from falcomod.output.sink import Interruptible, NotAllWritten, Sink
from falcomod.output.stdout import StdoutSink
from falcomod.output.syslog import SyslogSink

SINKS = (StdoutSink, FileSink, SyslogSink, ProgramSink, ExplanationSink)


def test_sinks_offer_the_protocol() -> None:
    wanted = {name for name in vars(Sink) if not name.startswith("_")}
    for sink in SINKS:
        for name in wanted:
            signature = inspect.signature(getattr(sink, name))
            assert (
                signature.parameters.keys()
                == inspect.signature(getattr(Sink, name)).parameters.keys()
            ), f"{sink.__name__}.{name}"


def test_sinks_whose_receivers_may_block_can_be_interrupted() -> None:
    for sink in (StdoutSink, FileSink, SyslogSink, ProgramSink):
        assert issubclass(sink, Interruptible), sink


def test_what_was_not_written_says_why() -> None:
    error = NotAllWritten(3, OSError(28, "No space left on device"))
    assert (error.written, error.errno, error.strerror) == (3, 28, "No space left on device")
    assert NotAllWritten(0, OSError("moon")).strerror == "moon"

# SPDX-License-Identifier: Apache-2.0
"""Streams that are read, that nobody reads, and that nobody will ever read again."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from falcomod.app.stream import put

LONG = "é" * 200_000  # more than a pipe holds


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    reader, writer = os.pipe()
    with open(writer, "w") as stream:
        yield reader, stream
    os.close(reader)


def test_text_arrives(pipe: tuple[int, TextIO]) -> None:
    assert put(pipe[1], "aé\udc80\n", 0)
    assert os.read(pipe[0], 100) == "aé?\n".encode()


def test_nobody_reads(pipe: tuple[int, TextIO]) -> None:
    began_s = time.monotonic()
    assert not put(pipe[1], LONG, 0.05)
    assert not put(pipe[1], "more", 0)
    assert time.monotonic() - began_s < 10


def test_a_stream_that_was_closed_takes_nothing() -> None:
    stream = io.StringIO()
    stream.close()
    assert not put(stream, "text", 0)
    assert not put(None, "text", 0)


def test_nobody_will_ever_read() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stream:
        assert not put(stream, "a", 0)
    assert not put(None, "a", 0)


def test_files_and_memory_take_all(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as file:
        assert put(file, LONG, 0)
    assert (tmp_path / "log").read_text() == LONG
    memory = io.StringIO()
    assert put(memory, LONG, 0)
    assert memory.getvalue() == LONG

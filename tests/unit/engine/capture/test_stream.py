# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import gzip
import os
import random
import threading
from pathlib import Path

import pytest

from falcomod.engine.capture.stream import ByteStream
from falcomod.errors import CaptureError, UserError

DATA = random.Random(1).randbytes(700_000)  # more than two buffers


def written(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "file"
    path.write_bytes(data)
    return str(path)


def read_all(stream: ByteStream, step: int = 1 << 16) -> bytes:
    pieces = []
    while piece := stream.take(step):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("step", [1 << 16, 99_991, 400_000])
@pytest.mark.parametrize("is_packed", [False, True])
def test_bytes_come_as_they_are(tmp_path: Path, step: int, is_packed: bool) -> None:
    data = gzip.compress(DATA) if is_packed else DATA
    stream = ByteStream(written(tmp_path, data))
    assert read_all(stream, step) == DATA
    assert stream.is_packed == is_packed
    assert (stream.position, stream.size, stream.offset()) == (len(data), len(data), len(DATA))
    assert stream.why() is None


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_file_of_a_few_bytes(tmp_path: Path, size: int) -> None:
    stream = ByteStream(written(tmp_path, b"\x1f\x8a\x08"[:size]))
    assert read_all(stream) == b"\x1f\x8a\x08"[:size]
    assert stream.why() is None


def test_members_and_zeros_behind_them(tmp_path: Path) -> None:
    members = gzip.compress(b"one,") + gzip.compress(b"") + bytes(3) + gzip.compress(b"two")
    stream = ByteStream(written(tmp_path, members + bytes(100)))
    assert read_all(stream) == b"one,two"
    assert stream.why() is None


def test_what_is_no_member_behind_one(tmp_path: Path) -> None:
    stream = ByteStream(written(tmp_path, gzip.compress(b"one") + b"garbage"))
    assert read_all(stream) == b"one"
    assert "the packed data is damaged: incorrect header check" in stream.why()


def test_packed_file_cut_anywhere_gives_a_beginning(tmp_path: Path) -> None:
    packed = gzip.compress(DATA[:2000])
    for end in range(2, len(packed)):
        stream = ByteStream(written(tmp_path, packed[:end]))
        assert DATA.startswith(read_all(stream))
        assert stream.why() == "the packed data is damaged: it ends before its end mark"


def test_damage_gives_what_is_before_it(tmp_path: Path) -> None:
    data = b"".join(b"%d," % number for number in range(100_000))
    packed = bytearray(gzip.compress(data))
    packed[len(packed) // 2] ^= 0xFF
    stream = ByteStream(written(tmp_path, bytes(packed)))
    taken = read_all(stream)
    assert len(taken) > 100_000
    assert "the packed data is damaged" in stream.why()


def test_checksum_is_compared(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"text"))
    packed[len(packed) - 5] ^= 1
    stream = ByteStream(written(tmp_path, bytes(packed)))
    assert read_all(stream) == b"text"
    assert stream.why() == "the packed data is damaged: incorrect data check"


@pytest.mark.parametrize("is_packed", [False, True])
def test_pipe_that_is_written_slowly(tmp_path: Path, is_packed: bool) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    data = gzip.compress(DATA) if is_packed else DATA

    def write() -> None:
        with open(fifo, "wb", buffering=0) as file:
            for start in (0, 1, 2, 9, 1000, 300_000):
                file.write(data[start : {0: 1, 1: 2, 2: 9, 9: 1000, 1000: 300_000}.get(start)])

    writer = threading.Thread(target=write)
    writer.start()
    stream = ByteStream(str(fifo))
    assert read_all(stream) == DATA
    assert stream.size == 0
    assert stream.position == len(data)
    writer.join()


def test_standard_input_keeps_its_descriptor() -> None:
    stream = ByteStream("-")
    assert stream.path == "standard input"
    stream.close()
    os.fstat(0)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"cannot read .*none: No such file"):
        ByteStream(str(tmp_path / "none"))
    assert issubclass(CaptureError, UserError)


def test_directory(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="it is a directory"):
        ByteStream(str(tmp_path))


def test_closed_stream_has_what_was_read(tmp_path: Path) -> None:
    stream = ByteStream(written(tmp_path, DATA))
    assert stream.take(10) == DATA[:10]
    stream.close()
    assert len(read_all(stream)) < len(DATA)

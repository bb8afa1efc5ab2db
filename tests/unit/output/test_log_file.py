# SPDX-License-Identifier: Apache-2.0
"""Appending to files, FIFOs and devices, also when they are full."""

from __future__ import annotations

import errno
import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.output.interrupt import Interrupt, Interrupted
from falcomod.output.log_file import LogFile, NotAppended


@pytest.fixture
def interrupt() -> Iterator[Interrupt]:
    made = Interrupt()
    yield made
    made.close()


@pytest.fixture
def limited() -> Iterator[None]:
    """No file may be longer than 10 bytes: a disk that is full in the middle of a line."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def append(path: Path, data: bytes, interrupt: Interrupt) -> None:
    file = LogFile.open(str(path), interrupt)
    try:
        file.append(data)
    finally:
        file.close()


def test_file_is_made_for_its_owner_alone_and_appended_to(
    tmp_path: Path, interrupt: Interrupt
) -> None:
    path = tmp_path / "events.txt"
    append(path, b"a\n", interrupt)
    append(path, b"b\n", interrupt)
    assert path.read_bytes() == b"a\nb\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_mode_of_a_file_that_is_there_is_left_alone(tmp_path: Path, interrupt: Interrupt) -> None:
    path = tmp_path / "events.txt"
    path.touch(0o640)
    path.chmod(0o640)
    append(path, b"a\n", interrupt)
    assert path.stat().st_mode & 0o777 == 0o640


def test_line_that_did_not_fit_ends_before_the_next(
    tmp_path: Path, interrupt: Interrupt, limited: None
) -> None:
    path = tmp_path / "events.txt"
    file = LogFile.open(str(path), interrupt)
    with pytest.raises(NotAppended) as caught:
        file.append(b"12345\n67890\n")
    assert (caught.value.errno, caught.value.written) == (errno.EFBIG, 10)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    file.append(b"abc\n")
    file.append(b"def\n")
    file.close()
    assert path.read_bytes() == b"12345\n6789\nabc\ndef\n"


def test_line_torn_by_an_earlier_run_ends_before_the_next(
    tmp_path: Path, interrupt: Interrupt
) -> None:
    path = tmp_path / "events.txt"
    path.write_bytes(b"whole\npar")
    append(path, b"next\n", interrupt)
    assert path.read_bytes() == b"whole\npar\nnext\n"


def test_full_device_appends_nothing(interrupt: Interrupt) -> None:
    with pytest.raises(NotAppended) as caught:
        append(Path("/dev/full"), b"a\n", interrupt)
    assert (caught.value.errno, caught.value.written) == (errno.ENOSPC, 0)


def test_file_that_was_moved_is_not_at_its_path(tmp_path: Path, interrupt: Interrupt) -> None:
    path = tmp_path / "events.txt"
    file = LogFile.open(str(path), interrupt)
    assert file.is_at(str(path))
    path.rename(tmp_path / "events.txt.1")
    assert not file.is_at(str(path))
    path.touch()
    assert not file.is_at(str(path))
    file.close()


def test_reader_of_a_fifo_is_waited_for(tmp_path: Path, interrupt: Interrupt) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    thread = threading.Thread(target=append, args=(path, b"a\n", interrupt))
    thread.start()
    with path.open("rb") as reader:
        assert reader.read() == b"a\n"
    thread.join()


def test_wait_for_a_reader_can_be_ended(tmp_path: Path, interrupt: Interrupt) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    threading.Timer(0.02, interrupt.set).start()
    with pytest.raises(Interrupted):
        LogFile.open(str(path), interrupt)


def test_wait_for_a_reader_that_does_not_read_can_be_ended(
    tmp_path: Path, interrupt: Interrupt
) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file = LogFile.open(str(path), interrupt)
    assert file.is_fifo
    threading.Timer(0.05, interrupt.set).start()
    with pytest.raises(NotAppended) as caught:
        file.append(bytes(1 << 20))
    assert (caught.value.errno, caught.value.written) == (errno.ECANCELED, 1 << 16)
    file.close()
    os.close(reading)


@pytest.mark.parametrize(
    ("path", "error"), [("/", IsADirectoryError), ("/no/where", FileNotFoundError)]
)
def test_what_cannot_be_opened_is_said(
    path: str, error: type[OSError], interrupt: Interrupt
) -> None:
    with pytest.raises(error):
        LogFile.open(path, interrupt)

# SPDX-License-Identifier: Apache-2.0
"""Alerts in a file, also when it is moved away, full, or has no reader."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.config.output_options import FileOutput
from falcomod.errors import UserError
from falcomod.output.file import LOOK_S, FileSink, spec
from falcomod.output.sink import NotAllWritten
from tests.recorded_sink import alert, eventually


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def unlimited() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def line(alert: Alert) -> str:
    return alert.output


def sink(path: Path, keep_alive: bool, clock: Clock | None = None) -> FileSink:
    return FileSink(str(path), line, keep_alive=keep_alive, clock=clock or Clock())


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("keep_alive", [False, True])
def test_alerts_are_appended(tmp_path: Path, keep_alive: bool) -> None:
    path = tmp_path / "events.txt"
    path.write_text("before\n")
    before = descriptors()
    file = sink(path, keep_alive)
    file.write([alert(0), alert(1)])
    file.write([alert(2)])
    assert path.read_text() == "before\nalert 0\nalert 1\nalert 2\n"
    file.close()
    assert descriptors() == before


def test_file_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "events.txt"
    file = sink(path, keep_alive=False)
    file.write([alert(0)])
    path.rename(tmp_path / "events.txt.1")
    file.write([alert(1)])
    file.close()
    assert path.read_text() == "alert 1\n"


def test_kept_file_that_was_moved_away_is_noticed_within_a_second(tmp_path: Path) -> None:
    path, clock = tmp_path / "events.txt", Clock()
    file = sink(path, True, clock)
    file.write([alert(0)])
    path.rename(tmp_path / "events.txt.1")
    clock.now_s = LOOK_S / 2
    file.write([alert(1)])
    clock.now_s = LOOK_S
    file.write([alert(2)])
    file.close()
    assert (tmp_path / "events.txt.1").read_text() == "alert 0\nalert 1\n"
    assert path.read_text() == "alert 2\n"


def test_kept_file_is_opened_anew_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "events.txt"
    file = sink(path, keep_alive=True)
    file.write([alert(0)])
    path.rename(tmp_path / "events.txt.1")
    file.reopen()
    file.write([alert(1)])
    file.close()
    assert path.read_text() == "alert 1\n"


@pytest.mark.parametrize("keep_alive", [False, True])
def test_full_disk_costs_the_alerts_that_do_not_fit(
    tmp_path: Path, keep_alive: bool, unlimited: None
) -> None:
    path = tmp_path / "events.txt"
    file = sink(path, keep_alive)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    with pytest.raises(NotAllWritten, match="File too large") as caught:
        file.write([alert(number) for number in range(5)])
    assert caught.value.written == 2  # 16 bytes, and 4 of the third
    assert caught.value.filename == str(path)
    with pytest.raises(NotAllWritten) as caught:
        file.write([alert(3), alert(4)])
    assert caught.value.written == 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    file.write([alert(5)])
    file.close()
    assert path.read_text() == "alert 0\nalert 1\naler\nalert 5\n"


@pytest.mark.parametrize("keep_alive", [False, True])
def test_folder_that_is_gone_is_tried_again(tmp_path: Path, keep_alive: bool) -> None:
    folder, clock = tmp_path / "log", Clock()
    folder.mkdir()
    file = sink(folder / "events.txt", keep_alive, clock)
    file.write([alert(0)])
    (folder / "events.txt").unlink()
    folder.rmdir()
    clock.now_s = LOOK_S
    with pytest.raises(FileNotFoundError):
        file.write([alert(1)])
    folder.mkdir()
    file.write([alert(2)])
    file.close()
    assert (folder / "events.txt").read_text() == "alert 2\n"


def test_next_reader_of_a_fifo_goes_on_with_a_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    file = sink(path, keep_alive=True)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file.write([alert(0)])
    assert os.read(reading, 99) == b"alert 0\n"
    os.close(reading)
    thread = threading.Thread(target=file.write, args=([alert(1), alert(2)],))
    thread.start()
    with path.open() as reader:
        assert [reader.readline() for _ in range(2)] == ["alert 1\n", "alert 2\n"]
    thread.join()
    file.close()


def test_interrupted_write_fails_and_later_ones_too(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    file = sink(path, keep_alive=False)
    failed: list[OSError] = []

    def write() -> None:
        try:
            file.write([alert(0)])
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    file.interrupt()
    assert eventually(lambda: failed)
    with pytest.raises(OSError, match="canceled"):
        file.write([alert(1)])
    thread.join()
    file.close()
    file.interrupt()


def test_spec_follows_the_options(tmp_path: Path) -> None:
    def wanted(name: str = "events.txt", **look: bool) -> Config:
        return Config(file_output=FileOutput(enabled=True, filename=str(tmp_path / name)), **look)

    assert spec(Config(), line) is None
    made = spec(wanted(), line)
    assert made is not None
    assert made == spec(wanted(), str)  # type: ignore[arg-type]
    assert made != spec(wanted("other.txt"), line)
    assert made != spec(wanted(json_output=True), line)
    opened = made.open()
    opened.write([alert(0)])
    opened.close()
    assert (tmp_path / "events.txt").read_text() == "alert 0\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/no/events.txt", "there is no folder /no; make it"),
        ("/tmp", "'/tmp' is no file; name one"),
        ("", "'' is no file; name one"),
    ],
)
def test_file_that_cannot_be_is_refused(name: str, reason: str) -> None:
    made = spec(Config(file_output=FileOutput(enabled=True, filename=name)), line)
    assert made is not None
    with pytest.raises(UserError, match=f"file_output.filename: .*{reason}"):
        made.open()

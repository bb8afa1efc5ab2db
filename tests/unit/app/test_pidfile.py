# SPDX-License-Identifier: Apache-2.0
"""The file is there while its block runs, and never taken from a process that lives."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.app.pidfile import pidfile
from falcomod.errors import UserError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "falcomod.pid"


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """Another process, which lives until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    yield process
    process.communicate(b"\n")


def test_file_holds_the_process_while_it_runs(path: Path) -> None:
    with pidfile(str(path)):
        assert path.read_text() == f"{os.getpid()}\n"
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert not path.exists()


def test_file_goes_when_the_run_fails(path: Path) -> None:
    with pytest.raises(KeyError), pidfile(str(path)):
        raise KeyError("x")
    assert not path.exists()


def test_no_file_is_asked_for() -> None:
    with pidfile(None), pidfile(""):
        pass


def test_process_that_lives_is_respected(path: Path, other: subprocess.Popen[bytes]) -> None:
    path.write_text(f"{other.pid}\n")
    with (
        pytest.raises(UserError, match=f"{path}: falcomod runs already as process {other.pid}"),
        pidfile(str(path)),
    ):
        pass
    assert path.read_text() == f"{other.pid}\n"


def test_number_that_a_later_process_has_got_is_replaced(
    path: Path, other: subprocess.Popen[bytes]
) -> None:
    path.write_text(f"{other.pid}\n")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    with pidfile(str(path)):
        assert path.read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("text", ["", "4194305\n", "none\n", "-1\n", "9" * 40, "\udcff", "0"])
def test_what_was_left_behind_is_replaced(path: Path, text: str) -> None:
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pidfile(str(path)):
        assert path.read_text() == f"{os.getpid()}\n"


def test_file_that_became_anothers_is_left_to_it(path: Path) -> None:
    with pidfile(str(path)):
        path.write_text("1\n")
    assert path.read_text() == "1\n"


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "none" / "falcomod.pid"
    message = re.escape(f"{path}: cannot write the pidfile: No such file or directory")
    with pytest.raises(UserError, match=message), pidfile(str(path)):
        pass


def test_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot write the pidfile"), pidfile(str(tmp_path)):
        pass
    assert list(tmp_path.parent.glob(f"{tmp_path.name}.*")) == []

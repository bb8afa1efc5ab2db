# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from falcomod.app.fresh_file import write_fresh


def test_file_takes_the_place_of_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "f"
    for text in ("first\n", "2\n"):
        write_fresh(str(path), text)
        assert path.read_text() == text
    assert os.listdir(tmp_path) == ["f"]


def test_links_of_others_are_not_written_through(tmp_path: Path) -> None:
    """Neither under its name, nor under the one that it is written under."""
    precious = tmp_path / "precious"
    precious.write_text("kept")
    for name in ("f", f"f.{os.getpid()}.new"):
        (tmp_path / name).symlink_to(precious)
    write_fresh(str(tmp_path / "f"), "text")
    assert precious.read_text() == "kept"
    assert not (tmp_path / "f").is_symlink()
    assert (tmp_path / "f").read_text() == "text"


def test_nobody_else_may_write_to_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_fresh(str(tmp_path / "f"), "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o644


def test_nothing_is_left_of_one_that_cannot_be_put_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    with pytest.raises(IsADirectoryError):
        write_fresh(str(tmp_path / "f"), "text")
    with pytest.raises(FileNotFoundError):
        write_fresh(str(tmp_path / "absent" / "f"), "text")
    assert os.listdir(tmp_path) == ["f"]

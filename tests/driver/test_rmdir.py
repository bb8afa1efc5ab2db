# SPDX-License-Identifier: Apache-2.0
"""rmdir(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("RMDIR_2_X",)


def test_rmdir_empty_folder(capture: CaptureCall, tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    run = capture("rmdir", lambda: syscall("rmdir", path))
    assert not path.exists()
    run.last("RMDIR_2_X").expect(res=0, path=str(path))


def test_rmdir_a_file(capture: CaptureCall) -> None:
    run = capture("rmdir", lambda: syscall("rmdir", "/dev/null"))
    run.last("RMDIR_2_X").expect(res=-errno.ENOTDIR, path="/dev/null")

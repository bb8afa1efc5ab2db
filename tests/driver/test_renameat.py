# SPDX-License-Identifier: Apache-2.0
"""renameat(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, syscall

EVENTS = ("RENAMEAT_X",)


def test_renameat_within_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    (tmp_path / "old").touch()

    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("renameat", dirfd, "old", AT_FDCWD, tmp_path / "new")

    run = capture("renameat", call)
    dirfd, result = run.result
    assert result == 0
    run.last("RENAMEAT_X").expect(
        res=0,
        olddirfd=dirfd,
        oldpath="old",
        newdirfd=AT_FDCWD,
        newpath=str(tmp_path / "new"),
    )


def test_renameat_missing_file(capture: CaptureCall) -> None:
    run = capture("renameat", lambda: syscall("renameat", AT_FDCWD, "none", -1, "new"))
    run.last("RENAMEAT_X").expect(
        res=-errno.EBADF, olddirfd=AT_FDCWD, oldpath="none", newdirfd=-1, newpath="new"
    )

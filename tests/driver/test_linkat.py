# SPDX-License-Identifier: Apache-2.0
"""linkat(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_EMPTY_PATH, AT_FDCWD, syscall
from tests.reference.tables import flags

EVENTS = ("LINKAT_2_X",)
AT_SYMLINK_FOLLOW = 0x400


def test_linkat_follows_a_link(capture: CaptureCall, tmp_path: Path) -> None:
    (tmp_path / "old").touch()

    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        new = tmp_path / "new"
        return dirfd, syscall("linkat", dirfd, "old", AT_FDCWD, new, AT_SYMLINK_FOLLOW)

    run = capture("linkat", call)
    olddir, result = run.result
    assert result == 0
    run.last("LINKAT_2_X").expect(
        res=0,
        olddir=olddir,
        oldpath="old",
        newdir=AT_FDCWD,
        newpath=str(tmp_path / "new"),
        flags=flags("linkat_flags", "AT_SYMLINK_FOLLOW"),
    )


def test_linkat_closed_descriptor(capture: CaptureCall) -> None:
    run = capture("linkat", lambda: syscall("linkat", -1, "", AT_FDCWD, "new", AT_EMPTY_PATH))
    run.last("LINKAT_2_X").expect(
        res=-errno.EBADF,
        olddir=-1,
        oldpath="",
        newdir=AT_FDCWD,
        newpath="new",
        flags=flags("linkat_flags", "AT_EMPTY_PATH"),
    )

# SPDX-License-Identifier: Apache-2.0
"""open(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, syscall
from tests.reference.tables import flags

EVENTS = ("OPEN_X",)


def test_open_new_file(capture: CaptureCall, tmp_path: Path) -> None:
    path = tmp_path / "new"
    run = capture("open", lambda: syscall("open", path, os.O_CREAT | os.O_RDWR, 0o4640))
    there = path.stat()
    assert run.result >= 0
    run.last("OPEN_X").expect(
        fd=run.result,
        name=str(path),
        flags=flags("file_flags", "O_CREAT", "O_RDWR", "O_F_CREATED"),
        mode=0o4640,
        dev=there.st_dev,
        ino=there.st_ino,
    )


def test_open_missing_file(capture: CaptureCall, tmp_path: Path) -> None:
    run = capture("open", lambda: syscall("open", tmp_path / "none", os.O_WRONLY, 0o777))
    run.last("OPEN_X").expect(
        fd=-errno.ENOENT,
        name=str(tmp_path / "none"),
        flags=flags("file_flags", "O_WRONLY"),
        mode=0,
        dev=0,
        ino=0,
    )


def test_open_unreadable_path(capture: CaptureCall) -> None:
    run = capture("open", lambda: syscall("open", BAD_POINTER, os.O_RDONLY))
    run.last("OPEN_X").expect(
        fd=-errno.EFAULT, name=None, flags=flags("file_flags", "O_RDONLY"), mode=0, dev=0, ino=0
    )

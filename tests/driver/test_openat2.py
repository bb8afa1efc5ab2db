# SPDX-License-Identifier: Apache-2.0
"""openat2(2)."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, BAD_POINTER, syscall
from tests.reference.tables import flags

EVENTS = ("OPENAT2_X",)
RESOLVE_NO_SYMLINKS = 4
RESOLVE_BENEATH = 8


def open_how(native: int, mode: int, resolve: int) -> bytes:
    return struct.pack("=QQQ", native, mode, resolve)


def test_openat2_new_file(capture: CaptureCall, tmp_path: Path) -> None:
    how = open_how(os.O_CREAT | os.O_RDWR, 0o640, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH)

    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("openat2", dirfd, "new", how, len(how))

    run = capture("openat2", call)
    dirfd, fd = run.result
    there = (tmp_path / "new").stat()
    run.last("OPENAT2_X").expect(
        fd=fd,
        dirfd=dirfd,
        name="new",
        flags=flags("file_flags", "O_CREAT", "O_RDWR", "O_F_CREATED"),
        mode=0o640,
        resolve=flags("openat2_flags", "RESOLVE_NO_SYMLINKS", "RESOLVE_BENEATH"),
        dev=there.st_dev,
        ino=there.st_ino,
    )


def test_openat2_outside_of_the_folder(capture: CaptureCall) -> None:
    how = open_how(os.O_RDONLY, 0, RESOLVE_BENEATH)
    run = capture("openat2", lambda: syscall("openat2", AT_FDCWD, "/etc", how, len(how)))
    run.last("OPENAT2_X").expect(
        fd=-errno.EXDEV,
        dirfd=AT_FDCWD,
        name="/etc",
        flags=flags("file_flags", "O_RDONLY"),
        mode=0,
        resolve=flags("openat2_flags", "RESOLVE_BENEATH"),
        dev=0,
        ino=0,
    )


def test_openat2_unreadable_arguments(capture: CaptureCall) -> None:
    run = capture("openat2", lambda: syscall("openat2", AT_FDCWD, "/etc", BAD_POINTER, 24))
    run.last("OPENAT2_X").expect(
        fd=-errno.EFAULT,
        dirfd=AT_FDCWD,
        name="/etc",
        flags=None,
        mode=None,
        resolve=None,
        dev=0,
        ino=0,
    )

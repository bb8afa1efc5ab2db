# SPDX-License-Identifier: Apache-2.0
"""open_by_handle_at(2)."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, BAD_POINTER, buffer, syscall
from tests.reference.tables import flags

EVENTS = ("OPEN_BY_HANDLE_AT_X",)


def test_open_by_handle_at_names_the_file(capture: CaptureCall) -> None:
    path = Path("/dev/shm/handled")

    def call() -> tuple[int, int, os.stat_result]:
        path.touch()
        handle = buffer(struct.pack("=Ii", 128, 0) + bytes(128))
        libc = ctypes.CDLL(None)
        assert libc.name_to_handle_at(AT_FDCWD, os.fsencode(path), handle, buffer(4), 0) == 0
        mountfd = os.open(path.parent, os.O_RDONLY)
        fd = syscall("open_by_handle_at", mountfd, handle, os.O_RDONLY)
        return mountfd, fd, path.stat()

    run = capture("open_by_handle_at", call)
    mountfd, fd, there = run.result
    path.unlink()
    assert fd >= 0
    run.last("OPEN_BY_HANDLE_AT_X").expect(
        fd=fd,
        mountfd=mountfd,
        flags=flags("file_flags", "O_RDONLY"),
        path=str(path),
        dev=there.st_dev,
        ino=there.st_ino,
    )


def test_open_by_handle_at_bad_handle(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        mountfd = os.open("/", os.O_RDONLY)
        return mountfd, syscall("open_by_handle_at", mountfd, BAD_POINTER, os.O_RDWR)

    run = capture("open_by_handle_at", call)
    mountfd, result = run.result
    assert result == -errno.EFAULT
    run.last("OPEN_BY_HANDLE_AT_X").expect(
        fd=result,
        mountfd=mountfd,
        flags=flags("file_flags", "O_RDWR"),
        path=None,
        dev=0,
        ino=0,
    )

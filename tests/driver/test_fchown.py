# SPDX-License-Identifier: Apache-2.0
"""fchown(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("FCHOWN_X",)


def test_fchown_open_file(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("file")
        return fd, syscall("fchown", fd, 1000, -1)

    run = capture("fchown", call)
    fd, result = run.result
    assert result == 0
    run.last("FCHOWN_X").expect(res=0, fd=fd, uid=1000, gid=0xFFFFFFFF)


def test_fchown_closed_descriptor(capture: CaptureCall) -> None:
    run = capture("fchown", lambda: syscall("fchown", -1, 1, 2))
    run.last("FCHOWN_X").expect(res=-errno.EBADF, fd=-1, uid=1, gid=2)

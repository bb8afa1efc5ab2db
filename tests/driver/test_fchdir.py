# SPDX-License-Identifier: Apache-2.0
"""fchdir(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("FCHDIR_X",)


def test_fchdir_to_a_folder(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.open("/", os.O_RDONLY)
        return fd, syscall("fchdir", fd)

    run = capture("fchdir", call)
    fd, result = run.result
    assert result == 0
    run.last("FCHDIR_X").expect(res=0, fd=fd)


def test_fchdir_closed_descriptor(capture: CaptureCall) -> None:
    run = capture("fchdir", lambda: syscall("fchdir", -1))
    run.last("FCHDIR_X").expect(res=-errno.EBADF, fd=-1)

# SPDX-License-Identifier: Apache-2.0
"""fchmod(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("FCHMOD_X",)


def test_fchmod_open_file(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("file")
        return fd, syscall("fchmod", fd, 0o2640)

    run = capture("fchmod", call)
    fd, result = run.result
    assert result == 0
    run.last("FCHMOD_X").expect(res=0, fd=fd, mode=0o2640)


def test_fchmod_closed_descriptor(capture: CaptureCall) -> None:
    run = capture("fchmod", lambda: syscall("fchmod", -1, 0))
    run.last("FCHMOD_X").expect(res=-errno.EBADF, fd=-1, mode=0)

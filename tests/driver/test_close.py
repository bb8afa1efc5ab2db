# SPDX-License-Identifier: Apache-2.0
"""close(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("CLOSE_X",)


def test_close_open_descriptor(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.open("/dev/null", os.O_RDONLY)
        return fd, syscall("close", fd)

    run = capture("close", call)
    fd, result = run.result
    assert result == 0
    run.last("CLOSE_X").expect(res=0, fd=fd)


def test_close_what_is_not_open(capture: CaptureCall) -> None:
    run = capture("close", lambda: syscall("close", -1))
    run.last("CLOSE_X").expect(res=-errno.EBADF, fd=-1)

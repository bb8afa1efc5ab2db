# SPDX-License-Identifier: Apache-2.0
"""writev(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, iovec, syscall

EVENTS = ("WRITEV_X",)


def test_writev_from_several_buffers(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        parts = buffer(b"one "), buffer(0), buffer(b"two " * 50)
        return fd, syscall("writev", fd, iovec(*parts), 3)

    run = capture("writev", call)
    fd, result = run.result
    assert result == 204
    run.last("WRITEV_X").expect(res=204, data=(b"one " + b"two " * 50)[:80], fd=fd, size=204)


def test_writev_closed_descriptor(capture: CaptureCall) -> None:
    parts = buffer(b"lo"), buffer(b"st")
    run = capture("writev", lambda: syscall("writev", -1, iovec(*parts), 2))
    run.last("WRITEV_X").expect(res=-errno.EBADF, data=b"lost", fd=-1, size=4)

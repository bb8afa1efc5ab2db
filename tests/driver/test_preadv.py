# SPDX-License-Identifier: Apache-2.0
"""preadv(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, iovec, syscall

EVENTS = ("PREADV_X",)


def test_preadv_from_the_middle(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("source")
        os.pwrite(fd, b"0123456789", 1 << 33)
        parts = buffer(2), buffer(40)
        return fd, syscall("preadv", fd, iovec(*parts), 2, (1 << 33) + 4, 0)

    run = capture("preadv", call)
    fd, result = run.result
    assert result == 6
    run.last("PREADV_X").expect(res=6, size=6, data=b"456789", fd=fd, pos=(1 << 33) + 4)


def test_preadv_closed_descriptor(capture: CaptureCall) -> None:
    part = buffer(3)
    run = capture("preadv", lambda: syscall("preadv", -1, iovec(part), 1, 5, 0))
    run.last("PREADV_X").expect(res=-errno.EBADF, size=0, data=None, fd=-1, pos=5)

# SPDX-License-Identifier: Apache-2.0
"""pwritev(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, iovec, syscall

EVENTS = ("PWRITEV_X",)


def test_pwritev_at_a_position(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        parts = buffer(b"he"), buffer(b"re")
        return fd, syscall("pwritev", fd, iovec(*parts), 2, 1 << 33, 0)

    run = capture("pwritev", call)
    fd, result = run.result
    assert result == 4
    run.last("PWRITEV_X").expect(res=4, data=b"here", fd=fd, size=4, pos=1 << 33)


def test_pwritev_closed_descriptor(capture: CaptureCall) -> None:
    part = buffer(b"lost")
    run = capture("pwritev", lambda: syscall("pwritev", -1, iovec(part), 1, 5, 0))
    run.last("PWRITEV_X").expect(res=-errno.EBADF, data=b"lost", fd=-1, size=4, pos=5)

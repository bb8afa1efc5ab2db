# SPDX-License-Identifier: Apache-2.0
"""getrlimit(2)."""

from __future__ import annotations

import errno
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, syscall

EVENTS = ("GETRLIMIT_X",)


RLIMIT_NOFILE = 7


def test_getrlimit(capture: CaptureCall) -> None:
    def call() -> tuple[int, ...]:
        limits = buffer(16)
        assert syscall("getrlimit", RLIMIT_NOFILE, limits) == 0
        return struct.unpack("=qq", limits.raw)

    run = capture("getrlimit", call)
    soft, hard = run.result
    run.last("GETRLIMIT_X").expect(res=0, cur=soft, max=hard, resource=RLIMIT_NOFILE)


def test_getrlimit_unreadable(capture: CaptureCall) -> None:
    run = capture("getrlimit", lambda: syscall("getrlimit", RLIMIT_NOFILE, BAD_POINTER))
    run.last("GETRLIMIT_X").expect(res=-errno.EFAULT, cur=-1, max=-1, resource=RLIMIT_NOFILE)

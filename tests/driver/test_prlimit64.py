# SPDX-License-Identifier: Apache-2.0
"""prlimit64(2)."""

from __future__ import annotations

import errno
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("PRLIMIT_X",)


RLIMIT_NOFILE = 7


def test_prlimit64_old_and_new(capture: CaptureCall) -> None:
    def call() -> tuple[int, ...]:
        old = buffer(16)
        new = struct.pack("=QQ", 100, 200)
        assert syscall("prlimit64", 0, RLIMIT_NOFILE, new, old) == 0
        return struct.unpack("=qq", old.raw)

    run = capture("prlimit64", call)
    soft, hard = run.result
    run.last("PRLIMIT_X").expect(
        res=0,
        newcur=100,
        newmax=200,
        oldcur=soft,
        oldmax=hard,
        pid=0,
        resource=RLIMIT_NOFILE,
    )


def test_prlimit64_of_no_process(capture: CaptureCall) -> None:
    run = capture("prlimit64", lambda: syscall("prlimit64", -1, RLIMIT_NOFILE, None, None))
    run.last("PRLIMIT_X").expect(
        res=-errno.ESRCH,
        newcur=-1,
        newmax=-1,
        oldcur=-1,
        oldmax=-1,
        pid=-1,
        resource=RLIMIT_NOFILE,
    )

# SPDX-License-Identifier: Apache-2.0
"""pipe2(2)."""

from __future__ import annotations

import errno
import os
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall
from tests.reference.tables import flags

EVENTS = ("PIPE2_X",)


def test_pipe2_two_ends(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        ends = buffer(8)
        result = syscall("pipe2", ends, os.O_CLOEXEC | os.O_NONBLOCK)
        first, second = struct.unpack("=ii", ends.raw)
        return result, first, second, os.fstat(first).st_ino

    run = capture("pipe2", call)
    result, first, second, ino = run.result
    assert result == 0
    run.last("PIPE2_X").expect(
        res=0, fd1=first, fd2=second, ino=ino, flags=flags("file_flags", "O_CLOEXEC", "O_NONBLOCK")
    )


def test_pipe2_refused(capture: CaptureCall) -> None:
    run = capture("pipe2", lambda: syscall("pipe2", buffer(8), 1))
    run.last("PIPE2_X").expect(res=-errno.EINVAL, fd1=-1, fd2=-1, ino=0, flags=0)

# SPDX-License-Identifier: Apache-2.0
"""pipe(2)."""

from __future__ import annotations

import errno
import os
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, syscall

EVENTS = ("PIPE_X",)


def test_pipe_two_ends(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        ends = buffer(8)
        result = syscall("pipe", ends)
        first, second = struct.unpack("=ii", ends.raw)
        return result, first, second, os.fstat(first).st_ino

    run = capture("pipe", call)
    result, first, second, ino = run.result
    assert result == 0
    run.last("PIPE_X").expect(res=0, fd1=first, fd2=second, ino=ino)


def test_pipe_refused(capture: CaptureCall) -> None:
    run = capture("pipe", lambda: syscall("pipe", BAD_POINTER))
    run.last("PIPE_X").expect(res=-errno.EFAULT, fd1=-1, fd2=-1, ino=0)

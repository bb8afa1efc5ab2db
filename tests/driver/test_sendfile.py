# SPDX-License-Identifier: Apache-2.0
"""sendfile(2)."""

from __future__ import annotations

import errno
import os
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("SENDFILE_X",)


def test_sendfile_moves_the_offset(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int]:
        source, target = os.memfd_create("source"), os.memfd_create("target")
        os.write(source, b"0123456789")
        offset = buffer(struct.pack("=q", 2))
        return source, target, syscall("sendfile", target, source, offset, 3)

    run = capture("sendfile", call)
    source, target, result = run.result
    assert result == 3
    run.last("SENDFILE_X").expect(res=3, offset=5, out_fd=target, in_fd=source, size=3)


def test_sendfile_without_offset(capture: CaptureCall) -> None:
    run = capture("sendfile", lambda: syscall("sendfile", -1, -1, None, 9))
    run.last("SENDFILE_X").expect(res=-errno.EBADF, offset=0, out_fd=-1, in_fd=-1, size=9)

# SPDX-License-Identifier: Apache-2.0
"""lseek(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall, syscall32

EVENTS = ("LSEEK_X",)


def test_lseek_backwards_from_the_end(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        os.ftruncate(fd, 10)
        return fd, syscall("lseek", fd, -3, os.SEEK_END)

    run = capture("lseek", call)
    fd, result = run.result
    assert result == 7
    run.last("LSEEK_X").expect(res=7, fd=fd, offset=2**64 - 3, whence=os.SEEK_END)


def test_lseek_of_a_32_bit_program(capture: CaptureCall) -> None:
    run = capture("lseek", lambda: syscall32("lseek", -1, -3, os.SEEK_CUR))
    run.last("LSEEK_X").expect(res=-errno.EBADF, fd=-1, offset=2**64 - 3, whence=os.SEEK_CUR)

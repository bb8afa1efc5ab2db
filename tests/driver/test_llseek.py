# SPDX-License-Identifier: Apache-2.0
"""_llseek(2) of 32-bit programs."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall32

EVENTS = ("LLSEEK_X",)


def test_llseek_offset_of_two_halves(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        return fd, syscall32("_llseek", fd, 2, 5, bytes(8), os.SEEK_SET)

    run = capture("_llseek", call)
    fd, result = run.result
    assert result == 0
    run.last("LLSEEK_X").expect(res=0, fd=fd, offset=(2 << 32) + 5, whence=os.SEEK_SET)

# SPDX-License-Identifier: Apache-2.0
"""setreuid(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SETREUID_X",)


def test_setreuid_one_of_two(capture: CaptureCall) -> None:
    run = capture("setreuid", lambda: syscall("setreuid", -1, 1002))
    assert run.result == 0
    run.last("SETREUID_X").expect(res=0, ruid=0xFFFFFFFF, euid=1002)


def test_setreuid_without_the_right(capture: CaptureCall) -> None:
    def call() -> int:
        os.setuid(1000)
        return syscall("setreuid", 1, 2)

    run = capture("setreuid", call)
    assert run.result == -errno.EPERM
    run.last("SETREUID_X").expect(res=-errno.EPERM, ruid=1, euid=2)

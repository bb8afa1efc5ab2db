# SPDX-License-Identifier: Apache-2.0
"""setresuid(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SETRESUID_X",)


def test_setresuid_each_another(capture: CaptureCall) -> None:
    run = capture("setresuid", lambda: syscall("setresuid", 1001, -1, 1003))
    assert run.result == 0
    run.last("SETRESUID_X").expect(res=0, ruid=1001, euid=0xFFFFFFFF, suid=1003)


def test_setresuid_without_the_right(capture: CaptureCall) -> None:
    def call() -> int:
        os.setuid(1000)
        return syscall("setresuid", 1, 2, 3)

    run = capture("setresuid", call)
    assert run.result == -errno.EPERM
    run.last("SETRESUID_X").expect(res=-errno.EPERM, ruid=1, euid=2, suid=3)

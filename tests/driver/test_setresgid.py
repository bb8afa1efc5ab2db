# SPDX-License-Identifier: Apache-2.0
"""setresgid(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SETRESGID_X",)


def test_setresgid_each_another(capture: CaptureCall) -> None:
    run = capture("setresgid", lambda: syscall("setresgid", 1001, -1, 1003))
    assert run.result == 0
    run.last("SETRESGID_X").expect(res=0, rgid=1001, egid=0xFFFFFFFF, sgid=1003)


def test_setresgid_without_the_right(capture: CaptureCall) -> None:
    def call() -> int:
        os.setuid(1000)
        return syscall("setresgid", 1, 2, 3)

    run = capture("setresgid", call)
    assert run.result == -errno.EPERM
    run.last("SETRESGID_X").expect(res=-errno.EPERM, rgid=1, egid=2, sgid=3)

# SPDX-License-Identifier: Apache-2.0
"""setregid(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SETREGID_X",)


def test_setregid_one_of_two(capture: CaptureCall) -> None:
    run = capture("setregid", lambda: syscall("setregid", -1, 1002))
    assert run.result == 0
    run.last("SETREGID_X").expect(res=0, rgid=0xFFFFFFFF, egid=1002)


def test_setregid_without_the_right(capture: CaptureCall) -> None:
    def call() -> int:
        os.setuid(1000)
        return syscall("setregid", 1, 2)

    run = capture("setregid", call)
    assert run.result == -errno.EPERM
    run.last("SETREGID_X").expect(res=-errno.EPERM, rgid=1, egid=2)

# SPDX-License-Identifier: Apache-2.0
"""setuid(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SETUID_X",)


def test_setuid_to_another_and_not_back(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        return syscall("setuid", 1000), syscall("setuid", 0)

    run = capture("setuid", call)
    assert run.result == (0, -errno.EPERM)
    first, second = run.events("SETUID_X")
    first.expect(res=0, uid=1000)
    second.expect(res=-errno.EPERM, uid=0)


def test_setuid_to_none(capture: CaptureCall) -> None:
    run = capture("setuid", lambda: syscall("setuid", -1))
    run.last("SETUID_X").expect(res=-errno.EINVAL, uid=0xFFFFFFFF)

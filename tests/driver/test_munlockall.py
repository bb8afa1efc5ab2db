# SPDX-License-Identifier: Apache-2.0
"""munlockall(2)."""

from __future__ import annotations

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("MUNLOCKALL_X",)


def test_munlockall(capture: CaptureCall) -> None:
    run = capture("munlockall", lambda: syscall("munlockall"))
    assert run.result == 0
    run.last("MUNLOCKALL_X").expect(res=0)

# SPDX-License-Identifier: Apache-2.0
"""dup(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("DUP_1_X",)


def test_dup_open_descriptor(capture: CaptureCall) -> None:
    run = capture("dup", lambda: syscall("dup", 1))
    assert run.result > 1
    run.last("DUP_1_X").expect(res=run.result, oldfd=1)


def test_dup_closed_descriptor(capture: CaptureCall) -> None:
    run = capture("dup", lambda: syscall("dup", -5))
    run.last("DUP_1_X").expect(res=-errno.EBADF, oldfd=-5)

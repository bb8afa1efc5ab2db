# SPDX-License-Identifier: Apache-2.0
"""dup2(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("DUP2_X",)


def test_dup2_to_a_number(capture: CaptureCall) -> None:
    run = capture("dup2", lambda: syscall("dup2", 1, 200))
    run.last("DUP2_X").expect(res=200, oldfd=1, newfd=200)


def test_dup2_closed_descriptor(capture: CaptureCall) -> None:
    run = capture("dup2", lambda: syscall("dup2", -1, 200))
    run.last("DUP2_X").expect(res=-errno.EBADF, oldfd=-1, newfd=200)

# SPDX-License-Identifier: Apache-2.0
"""getpeername(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("GETPEERNAME_X",)


def test_getpeername_says_only_that_it_was_called(capture: CaptureCall) -> None:
    run = capture("getpeername", lambda: syscall("getpeername", -1, None, None))
    assert run.result == -errno.EBADF
    run.last("GETPEERNAME_X").expect()

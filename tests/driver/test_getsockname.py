# SPDX-License-Identifier: Apache-2.0
"""getsockname(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("GETSOCKNAME_X",)


def test_getsockname_says_only_that_it_was_called(capture: CaptureCall) -> None:
    run = capture("getsockname", lambda: syscall("getsockname", -1, None, None))
    assert run.result == -errno.EBADF
    run.last("GETSOCKNAME_X").expect()

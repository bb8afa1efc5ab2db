# SPDX-License-Identifier: Apache-2.0
"""mlock(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("MLOCK_X",)


def test_mlock_of_nothing(capture: CaptureCall) -> None:
    run = capture("mlock", lambda: syscall("mlock", 8192, 4096))
    run.last("MLOCK_X").expect(res=-errno.ENOMEM, addr=8192, len=4096)

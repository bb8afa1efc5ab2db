# SPDX-License-Identifier: Apache-2.0
"""munlock(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("MUNLOCK_X",)


def test_munlock_of_nothing(capture: CaptureCall) -> None:
    run = capture("munlock", lambda: syscall("munlock", 8192, 4096))
    run.last("MUNLOCK_X").expect(res=-errno.ENOMEM, addr=8192, len=4096)

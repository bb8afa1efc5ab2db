# SPDX-License-Identifier: Apache-2.0
"""tkill(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("TKILL_X",)


def test_tkill_of_no_thread(capture: CaptureCall) -> None:
    run = capture("tkill", lambda: syscall("tkill", 4194303, 9))
    run.last("TKILL_X").expect(res=-errno.ESRCH, tid=4194303, sig=9)

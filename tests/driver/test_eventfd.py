# SPDX-License-Identifier: Apache-2.0
"""eventfd(2)."""

from __future__ import annotations

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("EVENTFD_X",)


def test_eventfd_has_no_flags(capture: CaptureCall) -> None:
    run = capture("eventfd", lambda: syscall("eventfd", 9))
    assert run.result >= 0
    run.last("EVENTFD_X").expect(res=run.result, initval=9, flags=0)

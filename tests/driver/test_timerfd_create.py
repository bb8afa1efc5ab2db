# SPDX-License-Identifier: Apache-2.0
"""timerfd_create(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("TIMERFD_CREATE_X",)


CLOCK_MONOTONIC = 1


def test_timerfd_create_flags_do_not_fit(capture: CaptureCall) -> None:
    run = capture(
        "timerfd_create", lambda: syscall("timerfd_create", CLOCK_MONOTONIC, os.O_NONBLOCK)
    )
    assert run.result >= 0
    run.last("TIMERFD_CREATE_X").expect(res=run.result, clockid=CLOCK_MONOTONIC, flags=0)

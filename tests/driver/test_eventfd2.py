# SPDX-License-Identifier: Apache-2.0
"""eventfd2(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("EVENTFD2_X",)


def test_eventfd2_with_flags(capture: CaptureCall) -> None:
    run = capture("eventfd2", lambda: syscall("eventfd2", 7, os.O_CLOEXEC | os.O_NONBLOCK))
    assert run.result >= 0
    run.last("EVENTFD2_X").expect(
        res=run.result, flags=flags("file_flags", "O_CLOEXEC", "O_NONBLOCK"), initval=7
    )


def test_eventfd2_refused(capture: CaptureCall) -> None:
    run = capture("eventfd2", lambda: syscall("eventfd2", 0, 2))
    run.last("EVENTFD2_X").expect(res=-errno.EINVAL, flags=0, initval=0)

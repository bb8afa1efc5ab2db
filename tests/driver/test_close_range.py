# SPDX-License-Identifier: Apache-2.0
"""close_range(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("CLOSE_RANGE_X",)


CLOSE_RANGE_CLOEXEC = 4


def test_close_range_refused(capture: CaptureCall) -> None:
    run = capture("close_range", lambda: syscall("close_range", 9, 8, CLOSE_RANGE_CLOEXEC))
    run.last("CLOSE_RANGE_X").expect(
        res=-errno.EINVAL,
        first=9,
        last=8,
        flags=flags("close_range_flags", "CLOSE_RANGE_CLOEXEC"),
    )


def test_close_range_to_the_end(capture: CaptureCall) -> None:
    run = capture("close_range", lambda: syscall("close_range", 1000, 2**32 - 1, 0))
    assert run.result == 0
    run.last("CLOSE_RANGE_X").expect(res=0, first=1000, last=2**32 - 1, flags=0)

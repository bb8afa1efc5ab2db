# SPDX-License-Identifier: Apache-2.0
"""signalfd(2)."""

from __future__ import annotations

import errno
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, syscall

EVENTS = ("SIGNALFD_X",)


def test_signalfd_low_half_of_the_mask(capture: CaptureCall) -> None:
    mask = struct.pack("=Q", 1 << 33 | 0x400)
    run = capture("signalfd", lambda: syscall("signalfd", -1, mask, 8))
    assert run.result >= 0
    run.last("SIGNALFD_X").expect(res=run.result, fd=-1, mask=0x400, flags=0)


def test_signalfd_unreadable_mask(capture: CaptureCall) -> None:
    run = capture("signalfd", lambda: syscall("signalfd", -1, BAD_POINTER, 8))
    run.last("SIGNALFD_X").expect(res=-errno.EFAULT, fd=-1, mask=None, flags=0)

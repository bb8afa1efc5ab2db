# SPDX-License-Identifier: Apache-2.0
"""ioctl(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("IOCTL_3_X",)


TCGETS = 0x5401


def test_ioctl_of_no_terminal(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        return fd, syscall("ioctl", fd, TCGETS, 0x1234)

    run = capture("ioctl", call)
    fd, result = run.result
    assert result == -errno.ENOTTY
    run.last("IOCTL_3_X").expect(res=result, fd=fd, request=TCGETS, argument=0x1234)

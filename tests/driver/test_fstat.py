# SPDX-License-Identifier: Apache-2.0
"""fstat(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("FSTAT_X",)


def test_fstat(capture: CaptureCall) -> None:
    run = capture("fstat", lambda: syscall("fstat", -1, buffer(200)))
    run.last("FSTAT_X").expect(res=-errno.EBADF, fd=-1)

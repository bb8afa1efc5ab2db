# SPDX-License-Identifier: Apache-2.0
"""stat64(2) of 32-bit programs."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall32

EVENTS = ("STAT64_X",)


def test_stat64(capture: CaptureCall) -> None:
    run = capture("stat64", lambda: syscall32("stat64", b"/none\0", bytes(200)))
    run.last("STAT64_X").expect(res=-errno.ENOENT, path="/none")

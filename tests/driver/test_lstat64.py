# SPDX-License-Identifier: Apache-2.0
"""lstat64(2) of 32-bit programs."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall32

EVENTS = ("LSTAT64_X",)


def test_lstat64(capture: CaptureCall) -> None:
    run = capture("lstat64", lambda: syscall32("lstat64", b"/none\0", bytes(200)))
    run.last("LSTAT64_X").expect(res=-errno.ENOENT, path="/none")

# SPDX-License-Identifier: Apache-2.0
"""getuid(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("GETUID_X",)


def test_getuid(capture: CaptureCall) -> None:
    def call() -> int:
        os.setuid(1234)
        return syscall("getuid")

    run = capture("getuid", call)
    assert run.result == 1234
    run.last("GETUID_X").expect(uid=1234)

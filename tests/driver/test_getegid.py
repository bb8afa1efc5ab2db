# SPDX-License-Identifier: Apache-2.0
"""getegid(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("GETEGID_X",)


def test_getegid(capture: CaptureCall) -> None:
    def call() -> int:
        os.setegid(1234)
        return syscall("getegid")

    run = capture("getegid", call)
    assert run.result == 1234
    run.last("GETEGID_X").expect(egid=1234)

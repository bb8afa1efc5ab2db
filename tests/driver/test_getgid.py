# SPDX-License-Identifier: Apache-2.0
"""getgid(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("GETGID_X",)


def test_getgid(capture: CaptureCall) -> None:
    def call() -> int:
        os.setgid(1234)
        return syscall("getgid")

    run = capture("getgid", call)
    assert run.result == 1234
    run.last("GETGID_X").expect(gid=1234)

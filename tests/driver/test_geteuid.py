# SPDX-License-Identifier: Apache-2.0
"""geteuid(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("GETEUID_X",)


def test_geteuid(capture: CaptureCall) -> None:
    def call() -> int:
        os.seteuid(1234)
        return syscall("geteuid")

    run = capture("geteuid", call)
    assert run.result == 1234
    run.last("GETEUID_X").expect(euid=1234)

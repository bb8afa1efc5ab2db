# SPDX-License-Identifier: Apache-2.0
"""signalfd4(2)."""

from __future__ import annotations

import os
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("SIGNALFD4_X",)


def test_signalfd4_with_flags(capture: CaptureCall) -> None:
    mask = struct.pack("=Q", 0x200)
    run = capture("signalfd4", lambda: syscall("signalfd4", -1, mask, 8, os.O_CLOEXEC))
    assert run.result >= 0
    run.last("SIGNALFD4_X").expect(
        res=run.result, flags=flags("file_flags", "O_CLOEXEC"), fd=-1, mask=0x200
    )

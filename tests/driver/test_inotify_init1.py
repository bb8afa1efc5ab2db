# SPDX-License-Identifier: Apache-2.0
"""inotify_init1(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("INOTIFY_INIT1_X",)


def test_inotify_init1_with_flags(capture: CaptureCall) -> None:
    run = capture("inotify_init1", lambda: syscall("inotify_init1", os.O_NONBLOCK))
    assert run.result >= 0
    run.last("INOTIFY_INIT1_X").expect(res=run.result, flags=flags("file_flags", "O_NONBLOCK"))

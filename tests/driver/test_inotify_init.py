# SPDX-License-Identifier: Apache-2.0
"""inotify_init(2)."""

from __future__ import annotations

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("INOTIFY_INIT_X",)


def test_inotify_init_has_no_flags(capture: CaptureCall) -> None:
    run = capture("inotify_init", lambda: syscall("inotify_init"))
    assert run.result >= 0
    run.last("INOTIFY_INIT_X").expect(res=run.result, flags=0)

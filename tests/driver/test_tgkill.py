# SPDX-License-Identifier: Apache-2.0
"""tgkill(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("TGKILL_X",)


def test_tgkill_itself_with_nothing(capture: CaptureCall) -> None:
    run = capture("tgkill", lambda: syscall("tgkill", os.getpid(), os.getpid(), 0))
    assert run.result == 0
    run.last("TGKILL_X").expect(res=0, pid=run.pid, tid=run.pid, sig=0)


def test_tgkill_bad_process(capture: CaptureCall) -> None:
    run = capture("tgkill", lambda: syscall("tgkill", -2, 5, 15))
    run.last("TGKILL_X").expect(res=-errno.EINVAL, pid=-2, tid=5, sig=15)

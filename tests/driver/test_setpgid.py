# SPDX-License-Identifier: Apache-2.0
"""setpgid(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SETPGID_X",)


def test_setpgid_own_group(capture: CaptureCall) -> None:
    run = capture("setpgid", lambda: syscall("setpgid", 0, 0))
    assert run.result == 0
    run.last("SETPGID_X").expect(res=0, pid=0, pgid=0)


def test_setpgid_bad_group(capture: CaptureCall) -> None:
    run = capture("setpgid", lambda: syscall("setpgid", 0, -5))
    run.last("SETPGID_X").expect(res=-errno.EINVAL, pid=0, pgid=-5)

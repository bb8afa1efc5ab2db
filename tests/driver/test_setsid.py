# SPDX-License-Identifier: Apache-2.0
"""setsid(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SETSID_X",)


def test_setsid_once_and_again(capture: CaptureCall) -> None:
    run = capture("setsid", lambda: (syscall("setsid"), syscall("setsid")))
    assert run.result == (run.pid, -errno.EPERM)
    first, second = run.events("SETSID_X")
    first.expect(res=run.pid)
    second.expect(res=-errno.EPERM)

# SPDX-License-Identifier: Apache-2.0
"""setgid(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SETGID_X",)


def test_setgid_to_another_and_not_back(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        first = syscall("setgid", 1000)
        os.setuid(1000)  # root may always go back
        return first, syscall("setgid", 0)

    run = capture("setgid", call)
    assert run.result == (0, -errno.EPERM)
    first, second = run.events("SETGID_X")
    first.expect(res=0, gid=1000)
    second.expect(res=-errno.EPERM, gid=0)


def test_setgid_to_none(capture: CaptureCall) -> None:
    run = capture("setgid", lambda: syscall("setgid", -1))
    run.last("SETGID_X").expect(res=-errno.EINVAL, gid=0xFFFFFFFF)

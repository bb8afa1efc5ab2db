# SPDX-License-Identifier: Apache-2.0
"""getcwd(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("GETCWD_X",)


def test_getcwd(capture: CaptureCall) -> None:
    def call() -> int:
        os.chdir("/usr")
        return syscall("getcwd", buffer(100), 100)

    run = capture("getcwd", call)
    assert run.result == len("/usr") + 1
    run.last("GETCWD_X").expect(res=run.result, path="/usr")


def test_getcwd_no_room(capture: CaptureCall) -> None:
    run = capture("getcwd", lambda: syscall("getcwd", buffer(1), 1))
    run.last("GETCWD_X").expect(res=-errno.ERANGE, path=None)

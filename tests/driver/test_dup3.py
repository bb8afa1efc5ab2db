# SPDX-License-Identifier: Apache-2.0
"""dup3(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("DUP3_X",)


def test_dup3_close_on_exec(capture: CaptureCall) -> None:
    run = capture("dup3", lambda: syscall("dup3", 1, 200, os.O_CLOEXEC))
    run.last("DUP3_X").expect(res=200, oldfd=1, newfd=200, flags=flags("file_flags", "O_CLOEXEC"))


def test_dup3_to_itself(capture: CaptureCall) -> None:
    run = capture("dup3", lambda: syscall("dup3", 1, 1, 0))
    run.last("DUP3_X").expect(res=-errno.EINVAL, oldfd=1, newfd=1, flags=0)

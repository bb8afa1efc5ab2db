# SPDX-License-Identifier: Apache-2.0
"""lstat(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, syscall

EVENTS = ("LSTAT_X",)


def test_lstat(capture: CaptureCall) -> None:
    run = capture("lstat", lambda: syscall("lstat", "/", buffer(200)))
    assert run.result == 0
    run.last("LSTAT_X").expect(res=0, path="/")


def test_lstat_unreadable_path(capture: CaptureCall) -> None:
    run = capture("lstat", lambda: syscall("lstat", BAD_POINTER, buffer(200)))
    run.last("LSTAT_X").expect(res=-errno.EFAULT, path=None)

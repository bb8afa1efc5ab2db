# SPDX-License-Identifier: Apache-2.0
"""stat(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, syscall

EVENTS = ("STAT_X",)


def test_stat(capture: CaptureCall) -> None:
    run = capture("stat", lambda: syscall("stat", "/", buffer(200)))
    assert run.result == 0
    run.last("STAT_X").expect(res=0, path="/")


def test_stat_unreadable_path(capture: CaptureCall) -> None:
    run = capture("stat", lambda: syscall("stat", BAD_POINTER, buffer(200)))
    run.last("STAT_X").expect(res=-errno.EFAULT, path=None)

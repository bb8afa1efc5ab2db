# SPDX-License-Identifier: Apache-2.0
"""umount(2), which on x86-64 only 32-bit programs have."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall, syscall32

EVENTS = ("UMOUNT_1_X",)


def test_umount_a_mount(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> int:
        assert syscall("mount", "none", tmp_path, "tmpfs", 0, None) == 0
        return syscall32("umount", os.fsencode(tmp_path) + b"\0")

    run = capture("umount", call)
    assert run.result == 0
    run.last("UMOUNT_1_X").expect(res=0, name=str(tmp_path))


def test_umount_nowhere(capture: CaptureCall) -> None:
    run = capture("umount", lambda: syscall32("umount", b"/none\0"))
    run.last("UMOUNT_1_X").expect(res=-errno.ENOENT, name="/none")

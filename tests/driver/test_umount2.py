# SPDX-License-Identifier: Apache-2.0
"""umount2(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("UMOUNT2_X",)
MNT_DETACH = 2
UMOUNT_NOFOLLOW = 8


def test_umount2_a_mount(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> int:
        assert syscall("mount", "none", tmp_path, "tmpfs", 0, None) == 0
        return syscall("umount2", tmp_path, MNT_DETACH | UMOUNT_NOFOLLOW)

    run = capture("umount2", call)
    assert run.result == 0
    run.last("UMOUNT2_X").expect(
        res=0, name=str(tmp_path), flags=flags("umount_flags", "DETACH", "NOFOLLOW")
    )


def test_umount2_what_is_not_mounted(capture: CaptureCall, tmp_path: Path) -> None:
    run = capture("umount2", lambda: syscall("umount2", tmp_path, 0))
    run.last("UMOUNT2_X").expect(res=-errno.EINVAL, name=str(tmp_path), flags=0)

# SPDX-License-Identifier: Apache-2.0
"""mount(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("MOUNT_X",)
CLONE_NEWNS = 0x20000
MS_RDONLY, MS_NOSUID, MS_BIND, MS_REC = 1, 2, 4096, 16384
MS_MAGIC = 0xC0ED0000


def mount(*args: str | Path | int | None) -> int:
    """mount(2) in a mount namespace that ends with the child."""
    assert syscall("unshare", CLONE_NEWNS) == 0
    return syscall("mount", *args)


def test_mount_with_flags(capture: CaptureCall, tmp_path: Path) -> None:
    run = capture(
        "mount",
        lambda: mount("none", tmp_path, "tmpfs", MS_MAGIC | MS_RDONLY | MS_NOSUID, None),
    )
    assert run.result == 0
    run.last("MOUNT_X").expect(
        res=0,
        dev="none",
        dir=str(tmp_path),
        type="tmpfs",
        flags=flags("mount_flags", "RDONLY", "NOSUID"),
    )


def test_mount_bind_has_no_type(capture: CaptureCall, tmp_path: Path) -> None:
    run = capture("mount", lambda: mount("/proc", tmp_path, None, MS_BIND | MS_REC, None))
    assert run.result == 0
    run.last("MOUNT_X").expect(
        res=0,
        dev="/proc",
        dir=str(tmp_path),
        type=None,
        flags=flags("mount_flags", "BIND", "REC"),
    )


def test_mount_without_a_place(capture: CaptureCall) -> None:
    run = capture("mount", lambda: mount("none", "/none", "tmpfs", 0, None))
    run.last("MOUNT_X").expect(res=-errno.ENOENT, dev="none", dir="/none", type="tmpfs", flags=0)

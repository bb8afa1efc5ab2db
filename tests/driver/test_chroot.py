# SPDX-License-Identifier: Apache-2.0
"""chroot(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("CHROOT_X",)


def test_chroot_to_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    run = capture("chroot", lambda: syscall("chroot", tmp_path))
    assert run.result == 0
    run.last("CHROOT_X").expect(res=0, path=str(tmp_path))


def test_chroot_to_nowhere(capture: CaptureCall) -> None:
    run = capture("chroot", lambda: syscall("chroot", "/none"))
    run.last("CHROOT_X").expect(res=-errno.ENOENT, path="/none")

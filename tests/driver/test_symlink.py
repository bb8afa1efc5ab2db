# SPDX-License-Identifier: Apache-2.0
"""symlink(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("SYMLINK_X",)


def test_symlink_a_file(capture: CaptureCall, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    run = capture("symlink", lambda: syscall("symlink", old, new))
    assert run.result == 0
    assert new.exists()
    run.last("SYMLINK_X").expect(res=0, target=str(old), linkpath=str(new))


def test_symlink_nothing(capture: CaptureCall) -> None:
    run = capture("symlink", lambda: syscall("symlink", "", "/none/link"))
    run.last("SYMLINK_X").expect(res=-errno.ENOENT, target="", linkpath="/none/link")

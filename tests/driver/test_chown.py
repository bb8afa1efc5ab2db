# SPDX-License-Identifier: Apache-2.0
"""chown(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("CHOWN_X",)


def test_chown_user_and_group(capture: CaptureCall, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    run = capture("chown", lambda: syscall("chown", path, 1000, 1001))
    assert run.result == 0
    run.last("CHOWN_X").expect(res=0, path=str(path), uid=1000, gid=1001)


def test_chown_missing_file_and_unchanged_user(capture: CaptureCall) -> None:
    run = capture("chown", lambda: syscall("chown", "/none", -1, 0))
    run.last("CHOWN_X").expect(res=-errno.ENOENT, path="/none", uid=0xFFFFFFFF, gid=0)

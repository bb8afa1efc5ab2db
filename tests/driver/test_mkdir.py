# SPDX-License-Identifier: Apache-2.0
"""mkdir(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("MKDIR_2_X",)


def test_mkdir_new_folder(capture: CaptureCall, tmp_path: Path) -> None:
    path = tmp_path / "new"
    run = capture("mkdir", lambda: syscall("mkdir", path, 0o1755))
    assert path.is_dir()
    run.last("MKDIR_2_X").expect(res=0, path=str(path), mode=0o1755)


def test_mkdir_where_something_is(capture: CaptureCall) -> None:
    run = capture("mkdir", lambda: syscall("mkdir", "/", 0o700))
    run.last("MKDIR_2_X").expect(res=-errno.EEXIST, path="/", mode=0o700)

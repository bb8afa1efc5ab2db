# SPDX-License-Identifier: Apache-2.0
"""unlink(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("UNLINK_2_X",)


def test_unlink_a_file(capture: CaptureCall, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    run = capture("unlink", lambda: syscall("unlink", path))
    assert not path.exists()
    run.last("UNLINK_2_X").expect(res=0, path=str(path))


def test_unlink_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    run = capture("unlink", lambda: syscall("unlink", tmp_path))
    run.last("UNLINK_2_X").expect(res=-errno.EISDIR, path=str(tmp_path))

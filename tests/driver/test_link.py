# SPDX-License-Identifier: Apache-2.0
"""link(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("LINK_2_X",)


def test_link_a_file(capture: CaptureCall, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    run = capture("link", lambda: syscall("link", old, new))
    assert run.result == 0
    assert new.exists()
    run.last("LINK_2_X").expect(res=0, oldpath=str(old), newpath=str(new))


def test_link_nothing(capture: CaptureCall) -> None:
    run = capture("link", lambda: syscall("link", "/none", "/none2"))
    run.last("LINK_2_X").expect(res=-errno.ENOENT, oldpath="/none", newpath="/none2")

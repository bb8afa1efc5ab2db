# SPDX-License-Identifier: Apache-2.0
"""chdir(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, syscall

EVENTS = ("CHDIR_X",)


def test_chdir_to_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    run = capture("chdir", lambda: syscall("chdir", tmp_path))
    run.last("CHDIR_X").expect(res=0, path=str(tmp_path))


def test_chdir_path_that_is_not_utf8(capture: CaptureCall) -> None:
    run = capture("chdir", lambda: syscall("chdir", b"/n\xff\xfe"))
    run.last("CHDIR_X").expect(res=-errno.ENOENT, path="/n\udcff\udcfe")


def test_chdir_empty_path(capture: CaptureCall) -> None:
    run = capture("chdir", lambda: syscall("chdir", ""))
    run.last("CHDIR_X").expect(res=-errno.ENOENT, path="")


def test_chdir_unreadable_path(capture: CaptureCall) -> None:
    run = capture("chdir", lambda: syscall("chdir", BAD_POINTER))
    run.last("CHDIR_X").expect(res=-errno.EFAULT, path=None)

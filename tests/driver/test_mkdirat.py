# SPDX-License-Identifier: Apache-2.0
"""mkdirat(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, syscall

EVENTS = ("MKDIRAT_X",)


def test_mkdirat_within_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("mkdirat", dirfd, "new", 0o755)

    run = capture("mkdirat", call)
    dirfd, result = run.result
    assert result == 0
    run.last("MKDIRAT_X").expect(res=0, dirfd=dirfd, path="new", mode=0o755)


def test_mkdirat_where_something_is(capture: CaptureCall) -> None:
    run = capture("mkdirat", lambda: syscall("mkdirat", AT_FDCWD, "/", 0))
    run.last("MKDIRAT_X").expect(res=-errno.EEXIST, dirfd=AT_FDCWD, path="/", mode=0)

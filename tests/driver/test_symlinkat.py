# SPDX-License-Identifier: Apache-2.0
"""symlinkat(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, syscall

EVENTS = ("SYMLINKAT_X",)


def test_symlinkat_beside_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("symlinkat", "../target", dirfd, "link")

    run = capture("symlinkat", call)
    dirfd, result = run.result
    assert result == 0
    run.last("SYMLINKAT_X").expect(res=0, target="../target", linkdirfd=dirfd, linkpath="link")


def test_symlinkat_where_something_is(capture: CaptureCall) -> None:
    run = capture("symlinkat", lambda: syscall("symlinkat", "target", AT_FDCWD, "/"))
    run.last("SYMLINKAT_X").expect(
        res=-errno.EEXIST, target="target", linkdirfd=AT_FDCWD, linkpath="/"
    )

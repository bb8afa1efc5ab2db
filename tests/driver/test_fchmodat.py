# SPDX-License-Identifier: Apache-2.0
"""fchmodat(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, syscall

EVENTS = ("FCHMODAT_X",)


def test_fchmodat_beside_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("fchmodat", dirfd, "file", 0o755)

    run = capture("fchmodat", call)
    dirfd, result = run.result
    assert result == 0
    run.last("FCHMODAT_X").expect(res=0, dirfd=dirfd, filename="file", mode=0o755)


def test_fchmodat_missing_file(capture: CaptureCall) -> None:
    run = capture("fchmodat", lambda: syscall("fchmodat", AT_FDCWD, "/none", 0o1000))
    run.last("FCHMODAT_X").expect(res=-errno.ENOENT, dirfd=AT_FDCWD, filename="/none", mode=0o1000)

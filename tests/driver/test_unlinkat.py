# SPDX-License-Identifier: Apache-2.0
"""unlinkat(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, syscall
from tests.reference.tables import flags

EVENTS = ("UNLINKAT_2_X",)
AT_REMOVEDIR = 0x200


def test_unlinkat_a_folder(capture: CaptureCall, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("unlinkat", dirfd, "folder", AT_REMOVEDIR)

    run = capture("unlinkat", call)
    dirfd, result = run.result
    assert result == 0
    run.last("UNLINKAT_2_X").expect(
        res=0, dirfd=dirfd, name="folder", flags=flags("unlinkat_flags", "AT_REMOVEDIR")
    )


def test_unlinkat_missing_file(capture: CaptureCall) -> None:
    run = capture("unlinkat", lambda: syscall("unlinkat", AT_FDCWD, "/none", 0))
    run.last("UNLINKAT_2_X").expect(res=-errno.ENOENT, dirfd=AT_FDCWD, name="/none", flags=0)

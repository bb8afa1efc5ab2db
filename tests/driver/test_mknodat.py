# SPDX-License-Identifier: Apache-2.0
"""mknodat(2)."""

from __future__ import annotations

import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("MKNODAT_X",)


def test_mknodat_device(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("mknodat", dirfd, "null", 0o20600, 0x103)

    run = capture("mknodat", call)
    dirfd, result = run.result
    assert result == 0
    run.last("MKNODAT_X").expect(
        res=0,
        dirfd=dirfd,
        path="null",
        mode=flags("mknod_mode", "S_IFCHR", "S_IRUSR", "S_IWUSR"),
        dev=0x103,
    )

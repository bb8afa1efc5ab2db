# SPDX-License-Identifier: Apache-2.0
"""getdents64(2)."""

from __future__ import annotations

import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("GETDENTS64_X",)


def test_getdents64(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        fd = os.open(tmp_path, os.O_RDONLY)
        return fd, syscall("getdents64", fd, buffer(1000), 1000)

    run = capture("getdents64", call)
    fd, result = run.result
    assert result > 0
    run.last("GETDENTS64_X").expect(res=result, fd=fd)

# SPDX-License-Identifier: Apache-2.0
"""mknod(2)."""

from __future__ import annotations

from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("MKNOD_X",)


def test_mknod_fifo(capture: CaptureCall, tmp_path: Path) -> None:
    run = capture("mknod", lambda: syscall("mknod", tmp_path / "fifo", 0o10644, 0))
    assert run.result == 0
    run.last("MKNOD_X").expect(
        res=0,
        path=str(tmp_path / "fifo"),
        mode=flags("mknod_mode", "S_IFIFO", "S_IRUSR", "S_IWUSR", "S_IRGRP", "S_IROTH"),
        dev=0,
    )

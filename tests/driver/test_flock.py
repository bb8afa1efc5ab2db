# SPDX-License-Identifier: Apache-2.0
"""flock(2)."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("FLOCK_X",)


def test_flock(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        fd = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
        return fd, syscall("flock", fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    run = capture("flock", call)
    fd, result = run.result
    assert result == 0
    run.last("FLOCK_X").expect(res=0, fd=fd, operation=flags("flock_flags", "LOCK_EX", "LOCK_NB"))

# SPDX-License-Identifier: Apache-2.0
"""chmod(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("CHMOD_X",)


def test_chmod_all_bits(capture: CaptureCall, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    run = capture("chmod", lambda: syscall("chmod", path, 0o7777))
    assert run.result == 0
    run.last("CHMOD_X").expect(res=0, filename=str(path), mode=0o7777)


def test_chmod_missing_file(capture: CaptureCall) -> None:
    run = capture("chmod", lambda: syscall("chmod", "/none", 0o4100))
    run.last("CHMOD_X").expect(
        res=-errno.ENOENT, filename="/none", mode=flags("chmod_mode", "S_ISUID", "S_IXUSR")
    )

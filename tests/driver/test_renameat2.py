# SPDX-License-Identifier: Apache-2.0
"""renameat2(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, syscall
from tests.reference.tables import flags

EVENTS = ("RENAMEAT2_X",)
RENAME_NOREPLACE = 1
RENAME_EXCHANGE = 2


def test_renameat2_exchange(capture: CaptureCall, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.touch()
    two.touch()
    run = capture(
        "renameat2", lambda: syscall("renameat2", AT_FDCWD, one, AT_FDCWD, two, RENAME_EXCHANGE)
    )
    assert run.result == 0
    run.last("RENAMEAT2_X").expect(
        res=0,
        olddirfd=AT_FDCWD,
        oldpath=str(one),
        newdirfd=AT_FDCWD,
        newpath=str(two),
        flags=flags("renameat2_flags", "RENAME_EXCHANGE"),
    )


def test_renameat2_onto_a_file_that_is_kept(capture: CaptureCall, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.touch()
    two.touch()
    run = capture(
        "renameat2", lambda: syscall("renameat2", AT_FDCWD, one, AT_FDCWD, two, RENAME_NOREPLACE)
    )
    run.last("RENAMEAT2_X").expect(
        res=-errno.EEXIST,
        olddirfd=AT_FDCWD,
        oldpath=str(one),
        newdirfd=AT_FDCWD,
        newpath=str(two),
        flags=flags("renameat2_flags", "RENAME_NOREPLACE"),
    )

# SPDX-License-Identifier: Apache-2.0
"""fchownat(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, syscall
from tests.reference.tables import flags

EVENTS = ("FCHOWNAT_X",)


def test_fchownat_of_a_link(capture: CaptureCall, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("none")

    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("fchownat", dirfd, "link", 1000, 1001, AT_SYMLINK_NOFOLLOW)

    run = capture("fchownat", call)
    dirfd, result = run.result
    assert result == 0
    run.last("FCHOWNAT_X").expect(
        res=0,
        dirfd=dirfd,
        pathname="link",
        uid=1000,
        gid=1001,
        flags=flags("fchownat_flags", "AT_SYMLINK_NOFOLLOW"),
    )


def test_fchownat_without_a_path(capture: CaptureCall, tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        dirfd = os.open(tmp_path, os.O_RDONLY)
        return dirfd, syscall("fchownat", dirfd, "", 0, 0, AT_EMPTY_PATH)

    run = capture("fchownat", call)
    dirfd, result = run.result
    assert result == 0
    run.last("FCHOWNAT_X").expect(
        res=0,
        dirfd=dirfd,
        pathname="",
        uid=0,
        gid=0,
        flags=flags("fchownat_flags", "AT_EMPTY_PATH"),
    )


def test_fchownat_missing_file(capture: CaptureCall) -> None:
    run = capture("fchownat", lambda: syscall("fchownat", AT_FDCWD, "/none", -1, -1, 0))
    run.last("FCHOWNAT_X").expect(
        res=-errno.ENOENT,
        dirfd=AT_FDCWD,
        pathname="/none",
        uid=0xFFFFFFFF,
        gid=0xFFFFFFFF,
        flags=0,
    )

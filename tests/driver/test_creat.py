# SPDX-License-Identifier: Apache-2.0
"""creat(2)."""

from __future__ import annotations

import errno
from pathlib import Path

from tests.driver.fix_capture import CaptureCall
from tests.driver.fix_overlay import Overlay
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("CREAT_X",)


def test_creat_new_file(capture: CaptureCall, tmp_path: Path) -> None:
    path = tmp_path / "new"
    run = capture("creat", lambda: syscall("creat", path, 0o2755))
    there = path.stat()
    run.last("CREAT_X").expect(
        fd=run.result,
        name=str(path),
        mode=0o2755,
        dev=there.st_dev,
        ino=there.st_ino,
        creat_flags=0,
    )


def test_creat_without_folder(capture: CaptureCall) -> None:
    run = capture("creat", lambda: syscall("creat", "/none/new", 0o600))
    run.last("CREAT_X").expect(
        fd=-errno.ENOENT, name="/none/new", mode=0o600, dev=0, ino=0, creat_flags=0
    )


def test_creat_on_an_overlay(capture: CaptureCall, overlay: Overlay) -> None:
    run = capture("creat", lambda: syscall("creat", overlay.merged / "new", 0o600))
    event = run.last("CREAT_X")
    assert event.params["creat_flags"] == flags("creat_flags", "FD_UPPER_LAYER_CREAT")

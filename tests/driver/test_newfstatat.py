# SPDX-License-Identifier: Apache-2.0
"""newfstatat(2)."""

from __future__ import annotations

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import AT_FDCWD, AT_SYMLINK_NOFOLLOW, buffer, syscall
from tests.reference.tables import flags

EVENTS = ("NEWFSTATAT_X",)


AT_NO_AUTOMOUNT = 0x800


def test_newfstatat_with_flags(capture: CaptureCall) -> None:
    native = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT
    run = capture("newfstatat", lambda: syscall("newfstatat", AT_FDCWD, "/", buffer(200), native))
    assert run.result == 0
    run.last("NEWFSTATAT_X").expect(
        res=0,
        dirfd=AT_FDCWD,
        path="/",
        flags=flags("newfstatat_flags", "AT_SYMLINK_NOFOLLOW", "AT_NO_AUTOMOUNT"),
    )

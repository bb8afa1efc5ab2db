# SPDX-License-Identifier: Apache-2.0
"""unshare(2)."""

from __future__ import annotations

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("UNSHARE_X",)


CLONE_NEWUTS, CLONE_NEWIPC = 0x04000000, 0x08000000


def test_unshare_namespaces(capture: CaptureCall) -> None:
    run = capture("unshare", lambda: syscall("unshare", CLONE_NEWUTS | CLONE_NEWIPC))
    assert run.result == 0
    run.last("UNSHARE_X").expect(res=0, flags=flags("clone_flags", "CLONE_NEWUTS", "CLONE_NEWIPC"))

# SPDX-License-Identifier: Apache-2.0
"""setns(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("SETNS_X",)


CLONE_NEWNET = 0x40000000


def test_setns_own_namespace(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.open("/proc/self/ns/net", os.O_RDONLY)
        return fd, syscall("setns", fd, CLONE_NEWNET)

    run = capture("setns", call)
    fd, result = run.result
    assert result == 0
    run.last("SETNS_X").expect(res=0, fd=fd, nstype=flags("clone_flags", "CLONE_NEWNET"))

# SPDX-License-Identifier: Apache-2.0
"""capset(2)."""

from __future__ import annotations

import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("CAPSET_X",)


VERSION_3 = 0x20080522
CAP_KILL, CAP_NET_RAW = 5, 13


def test_capset_tells_the_sets_after_the_call(capture: CaptureCall) -> None:
    def call() -> int:
        kept = 1 << CAP_KILL | 1 << CAP_NET_RAW
        header = struct.pack("=Ii", VERSION_3, 0)
        return syscall("capset", header, struct.pack("=6I", 1 << CAP_KILL, kept, 0, 0, 0, 0))

    run = capture("capset", call)
    assert run.result == 0
    run.last("CAPSET_X").expect(
        res=0,
        cap_inheritable=0,
        cap_permitted=1 << CAP_KILL | 1 << CAP_NET_RAW,
        cap_effective=1 << CAP_KILL,
    )

# SPDX-License-Identifier: Apache-2.0
"""brk(2)."""

from __future__ import annotations

from tests.driver.fix_capture import COUNT, POSITIVE, CaptureCall
from tests.driver.native import syscall

EVENTS = ("BRK_4_X",)


def test_brk_asks_where_the_end_is(capture: CaptureCall) -> None:
    run = capture("brk", lambda: syscall("brk", 0))
    assert run.result > 0
    run.last("BRK_4_X").expect(
        res=run.result, vm_size=POSITIVE, vm_rss=POSITIVE, vm_swap=COUNT, addr=0
    )

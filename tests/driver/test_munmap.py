# SPDX-License-Identifier: Apache-2.0
"""munmap(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import COUNT, POSITIVE, CaptureCall
from tests.driver.native import syscall

EVENTS = ("MUNMAP_X",)


def test_munmap_refused(capture: CaptureCall) -> None:
    run = capture("munmap", lambda: syscall("munmap", 1, 4096))
    run.last("MUNMAP_X").expect(
        res=-errno.EINVAL,
        vm_size=POSITIVE,
        vm_rss=POSITIVE,
        vm_swap=COUNT,
        addr=1,
        length=4096,
    )

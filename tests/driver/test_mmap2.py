# SPDX-License-Identifier: Apache-2.0
"""mmap2(2) of 32-bit programs."""

from __future__ import annotations

import errno
import mmap

from tests.driver.fix_capture import COUNT, POSITIVE, CaptureCall
from tests.driver.native import syscall32
from tests.reference.tables import flags

EVENTS = ("MMAP2_X",)


def test_mmap2_offset_in_pages(capture: CaptureCall) -> None:
    run = capture(
        "mmap2", lambda: syscall32("mmap2", 0, 4096, mmap.PROT_READ, mmap.MAP_SHARED, -1, 3)
    )
    assert run.result == -errno.EBADF
    run.last("MMAP2_X").expect(
        res=-errno.EBADF,
        vm_size=POSITIVE,
        vm_rss=POSITIVE,
        vm_swap=COUNT,
        addr=0,
        length=4096,
        prot=flags("prot_flags", "PROT_READ"),
        flags=flags("mmap_flags", "MAP_SHARED"),
        fd=-1,
        pgoffset=3,
    )

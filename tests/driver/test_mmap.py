# SPDX-License-Identifier: Apache-2.0
"""mmap(2)."""

from __future__ import annotations

import errno
import mmap
import struct

from tests.driver.fix_capture import COUNT, POSITIVE, CaptureCall
from tests.driver.native import syscall, syscall32
from tests.reference.tables import flags

EVENTS = ("MMAP_X",)


def test_mmap_anonymous(capture: CaptureCall) -> None:
    def call() -> int:
        prot = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        native = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
        return syscall("mmap", None, 8192, prot, native, -1, 0)

    run = capture("mmap", call)
    assert run.result > 0
    run.last("MMAP_X").expect(
        res=run.result,
        vm_size=POSITIVE,
        vm_rss=POSITIVE,
        vm_swap=COUNT,
        addr=0,
        length=8192,
        prot=flags("prot_flags", "PROT_READ", "PROT_WRITE", "PROT_EXEC"),
        flags=flags("mmap_flags", "MAP_PRIVATE", "MAP_ANONYMOUS", "MAP_POPULATE"),
        fd=-1,
        offset=0,
    )


def test_mmap_of_a_32_bit_program_has_its_arguments_in_memory(capture: CaptureCall) -> None:
    arguments = struct.pack("=6I", 0, 4096, mmap.PROT_READ, mmap.MAP_SHARED, 2**32 - 1, 8192)
    run = capture("mmap", lambda: syscall32("mmap", arguments))
    assert run.result == -errno.EBADF
    run.last("MMAP_X").expect(
        res=-errno.EBADF,
        vm_size=POSITIVE,
        vm_rss=POSITIVE,
        vm_swap=COUNT,
        addr=0,
        length=4096,
        prot=flags("prot_flags", "PROT_READ"),
        flags=flags("mmap_flags", "MAP_SHARED"),
        fd=-1,
        offset=8192,
    )

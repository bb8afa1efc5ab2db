# SPDX-License-Identifier: Apache-2.0
"""io_uring_enter(2)."""

from __future__ import annotations

import errno
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall
from tests.reference.tables import flags

EVENTS = ("IO_URING_ENTER_X",)


IORING_ENTER_GETEVENTS = 1


def test_io_uring_enter_signals(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        ring = syscall("io_uring_setup", 1, buffer(120))
        mask = struct.pack("=Q", 0x77)
        return ring, syscall("io_uring_enter", ring, 0, 0, IORING_ENTER_GETEVENTS, mask, 8)

    run = capture("io_uring_enter", call)
    ring, result = run.result
    assert result == 0
    run.last("IO_URING_ENTER_X").expect(
        res=0,
        fd=ring,
        to_submit=0,
        min_complete=0,
        flags=flags("io_uring_enter_flags", "IORING_ENTER_GETEVENTS"),
        sig=0x77,
    )


def test_io_uring_enter_on_no_ring(capture: CaptureCall) -> None:
    run = capture("io_uring_enter", lambda: syscall("io_uring_enter", -1, 3, 2, 0, None, 0))
    run.last("IO_URING_ENTER_X").expect(
        res=-errno.EBADF, fd=-1, to_submit=3, min_complete=2, flags=0, sig=None
    )

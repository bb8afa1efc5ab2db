# SPDX-License-Identifier: Apache-2.0
"""io_uring_register(2)."""

from __future__ import annotations

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("IO_URING_REGISTER_X",)


IORING_UNREGISTER_FILES = 3


def test_io_uring_register_on_no_ring(capture: CaptureCall) -> None:
    run = capture(
        "io_uring_register",
        lambda: syscall("io_uring_register", -1, IORING_UNREGISTER_FILES, 0x1234, 7),
    )
    run.last("IO_URING_REGISTER_X").expect(
        res=run.result, fd=-1, opcode=IORING_UNREGISTER_FILES, arg=0x1234, nr_args=7
    )

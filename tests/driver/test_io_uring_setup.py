# SPDX-License-Identifier: Apache-2.0
"""io_uring_setup(2)."""

from __future__ import annotations

import errno
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, syscall
from tests.reference.tables import flags

EVENTS = ("IO_URING_SETUP_X",)


IORING_SETUP_CQSIZE, IORING_SETUP_CLAMP = 8, 16


def test_io_uring_setup_tells_what_was_granted(capture: CaptureCall) -> None:
    def call() -> tuple[int, tuple[int, ...]]:
        params = buffer(
            struct.pack("=4I", 0, 64, IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP, 0) + bytes(104)
        )
        return syscall("io_uring_setup", 8, params), struct.unpack_from("=6I", params)

    run = capture("io_uring_setup", call)
    result, (sq_entries, cq_entries, *_, features) = run.result
    assert (result >= 0, sq_entries, cq_entries) == (True, 8, 64)
    run.last("IO_URING_SETUP_X").expect(
        res=result,
        entries=8,
        sq_entries=8,
        cq_entries=64,
        flags=flags("io_uring_setup_flags", "IORING_SETUP_CQSIZE", "IORING_SETUP_CLAMP"),
        sq_thread_cpu=0,
        sq_thread_idle=0,
        features=features & 0x7FF,
    )


def test_io_uring_setup_unreadable_parameters(capture: CaptureCall) -> None:
    run = capture("io_uring_setup", lambda: syscall("io_uring_setup", 8, BAD_POINTER))
    run.last("IO_URING_SETUP_X").expect(
        res=-errno.EFAULT,
        entries=8,
        sq_entries=None,
        cq_entries=None,
        flags=None,
        sq_thread_cpu=None,
        sq_thread_idle=None,
        features=None,
    )

# SPDX-License-Identifier: Apache-2.0
"""readv(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, iovec, syscall

EVENTS = ("READV_X",)


def test_readv_into_several_buffers(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("source")
        os.pwrite(fd, b"0123456789", 0)
        parts = buffer(3), buffer(4), buffer(100)
        return fd, syscall("readv", fd, iovec(*parts), 3)

    run = capture("readv", call)
    fd, result = run.result
    assert result == 10
    run.last("READV_X").expect(res=10, size=10, data=b"0123456789", fd=fd)


def test_readv_is_cut_within_a_buffer(capture: CaptureCall) -> None:
    def call() -> int:
        fd = os.memfd_create("source")
        os.pwrite(fd, b"0123456789", 0)
        parts = buffer(3), buffer(4), buffer(100)
        syscall("readv", fd, iovec(*parts), 3)
        return fd

    run = capture("readv", call, snaplen=5)
    run.last("READV_X").expect(res=10, size=10, data=b"01234", fd=run.result)


def test_readv_closed_descriptor(capture: CaptureCall) -> None:
    part = buffer(3)
    run = capture("readv", lambda: syscall("readv", -1, iovec(part), 1))
    run.last("READV_X").expect(res=-errno.EBADF, size=0, data=None, fd=-1)


def test_readv_unreadable_vector(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("source")
        return fd, syscall("readv", fd, BAD_POINTER, 1)

    run = capture("readv", call)
    fd, result = run.result
    assert result == -errno.EFAULT
    run.last("READV_X").expect(res=-errno.EFAULT, size=0, data=None, fd=fd)

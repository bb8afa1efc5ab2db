# SPDX-License-Identifier: Apache-2.0
"""write(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, syscall

EVENTS = ("WRITE_X",)
CONTENT = bytes(range(250))


def test_write_keeps_the_beginning(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        return fd, syscall("write", fd, buffer(CONTENT), len(CONTENT))

    run = capture("write", call)
    fd, result = run.result
    assert result == len(CONTENT)
    run.last("WRITE_X").expect(res=250, data=CONTENT[:80], fd=fd, size=250)


def test_write_less_than_asked(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        _, fd = os.pipe2(os.O_NONBLOCK)
        return fd, syscall("write", fd, buffer(1 << 20), 1 << 20)

    run = capture("write", call, snaplen=32768)
    fd, result = run.result
    assert 0 < result < 1 << 20
    run.last("WRITE_X").expect(res=result, data=bytes(min(result, 32768)), fd=fd, size=1 << 20)


def test_write_closed_descriptor(capture: CaptureCall) -> None:
    run = capture("write", lambda: syscall("write", -1, buffer(b"lost"), 4))
    run.last("WRITE_X").expect(res=-errno.EBADF, data=b"lost", fd=-1, size=4)


def test_write_unreadable_data(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        return fd, syscall("write", fd, BAD_POINTER, 5)

    run = capture("write", call)
    fd, result = run.result
    assert result == -errno.EFAULT
    run.last("WRITE_X").expect(res=-errno.EFAULT, data=None, fd=fd, size=5)

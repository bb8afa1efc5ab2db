# SPDX-License-Identifier: Apache-2.0
"""pread64(2), which the capture format calls pread."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("PREAD_X",)


def test_pread64_from_the_middle(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("source")
        os.write(fd, b"0123456789")
        return fd, syscall("pread64", fd, buffer(100), 100, 4)

    run = capture("pread64", call)
    fd, result = run.result
    assert result == 6
    run.last("PREAD_X").expect(res=6, data=b"456789", fd=fd, size=100, pos=4)


def test_pread64_from_a_pipe(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd, _ = os.pipe()
        return fd, syscall("pread64", fd, buffer(1), 1, 1 << 40)

    run = capture("pread64", call)
    fd, result = run.result
    assert result == -errno.ESPIPE
    run.last("PREAD_X").expect(res=-errno.ESPIPE, data=None, fd=fd, size=1, pos=1 << 40)

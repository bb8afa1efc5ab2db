# SPDX-License-Identifier: Apache-2.0
"""pwrite64(2), which the capture format calls pwrite."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("PWRITE_X",)


def test_pwrite64_at_a_position(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = os.memfd_create("target")
        return fd, syscall("pwrite64", fd, buffer(b"here"), 4, 1 << 33)

    run = capture("pwrite64", call)
    fd, result = run.result
    assert result == 4
    run.last("PWRITE_X").expect(res=4, data=b"here", fd=fd, size=4, pos=1 << 33)


def test_pwrite64_into_a_pipe(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        _, fd = os.pipe()
        return fd, syscall("pwrite64", fd, buffer(b"lost"), 4, 9)

    run = capture("pwrite64", call)
    fd, result = run.result
    assert result == -errno.ESPIPE
    run.last("PWRITE_X").expect(res=-errno.ESPIPE, data=b"lost", fd=fd, size=4, pos=9)

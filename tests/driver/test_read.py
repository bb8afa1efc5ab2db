# SPDX-License-Identifier: Apache-2.0
"""read(2)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, syscall

EVENTS = ("READ_X",)
CONTENT = bytes(range(250))


@pytest.mark.parametrize("snaplen", [0, 1, 80, 250, 4096])
def test_read_keeps_the_beginning(capture: CaptureCall, tmp_path: Path, snaplen: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)

    def call() -> tuple[int, int]:
        fd = os.open(path, os.O_RDONLY)
        return fd, syscall("read", fd, buffer(1000), 1000)

    run = capture("read", call, snaplen=snaplen)
    fd, result = run.result
    assert result == len(CONTENT)
    run.last("READ_X").expect(res=250, data=CONTENT[:snaplen] or None, fd=fd, size=1000)


def test_read_at_the_end(capture: CaptureCall) -> None:
    def call() -> int:
        fd = os.open("/dev/null", os.O_RDONLY)
        syscall("read", fd, buffer(10), 10)
        return fd

    run = capture("read", call)
    run.last("READ_X").expect(res=0, data=None, fd=run.result, size=10)


def test_read_closed_descriptor(capture: CaptureCall) -> None:
    run = capture("read", lambda: syscall("read", -1, BAD_POINTER, 7))
    run.last("READ_X").expect(res=-errno.EBADF, data=None, fd=-1, size=7)

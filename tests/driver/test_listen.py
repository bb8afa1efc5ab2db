# SPDX-License-Identifier: Apache-2.0
"""listen(2)."""

from __future__ import annotations

import errno
import socket

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("LISTEN_X",)


def test_listen_with_a_backlog(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = socket.socket(socket.AF_INET, socket.SOCK_STREAM).detach()
        return fd, syscall("listen", fd, 7)

    run = capture("listen", call)
    fd, result = run.result
    assert result == 0
    run.last("LISTEN_X").expect(res=0, fd=fd, backlog=7)


def test_listen_on_no_socket(capture: CaptureCall) -> None:
    run = capture("listen", lambda: syscall("listen", -1, -2))
    run.last("LISTEN_X").expect(res=-errno.EBADF, fd=-1, backlog=-2)

# SPDX-License-Identifier: Apache-2.0
"""shutdown(2)."""

from __future__ import annotations

import errno
import socket

import pytest

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.driver.peers import connected
from tests.reference.tables import vocabulary

EVENTS = ("SHUTDOWN_X",)


@pytest.mark.parametrize("how", ["SHUT_RD", "SHUT_WR", "SHUT_RDWR"])
def test_shutdown_a_connection(capture: CaptureCall, how: str) -> None:
    def call() -> tuple[int, int]:
        client, _server = connected(socket.AF_INET)
        return client.fileno(), syscall("shutdown", client.fileno(), getattr(socket, how))

    run = capture("shutdown", call)
    fd, result = run.result
    assert result == 0
    run.last("SHUTDOWN_X").expect(res=0, fd=fd, how=vocabulary("shutdown_how")[how])


def test_shutdown_of_no_socket(capture: CaptureCall) -> None:
    run = capture("shutdown", lambda: syscall("shutdown", -1, socket.SHUT_RD))
    run.last("SHUTDOWN_X").expect(res=-errno.EBADF, fd=-1, how=0)

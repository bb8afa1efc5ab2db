# SPDX-License-Identifier: Apache-2.0
"""bind(2)."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import (
    BAD_POINTER,
    sockaddr_in,
    sockaddr_in6,
    sockaddr_un,
    syscall,
)
from tests.reference.decode import Inet, Unix

EVENTS = ("BIND_X",)


@pytest.mark.parametrize(
    ("family", "address", "expected"),
    [
        (socket.AF_INET, sockaddr_in(5401), Inet("127.0.0.1", 5401)),
        (socket.AF_INET6, sockaddr_in6(5402), Inet("::1", 5402)),
        (socket.AF_UNIX, sockaddr_un("\0hidden")[:-1], Unix("hidden")),
    ],
)
def test_bind_to_an_address(
    capture: CaptureCall, family: socket.AddressFamily, address: bytes, expected: object
) -> None:
    def call() -> tuple[int, int]:
        fd = socket.socket(family, socket.SOCK_STREAM).detach()
        return fd, syscall("bind", fd, address, len(address))

    run = capture("bind", call)
    fd, result = run.result
    assert result == 0
    run.last("BIND_X").expect(res=0, addr=expected, fd=fd)


def test_bind_to_a_path(capture: CaptureCall, in_tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        fd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).detach()
        address = sockaddr_un("here")
        return fd, syscall("bind", fd, address, len(address))

    run = capture("bind", call)
    fd, result = run.result
    assert result == 0
    run.last("BIND_X").expect(res=0, addr=Unix("here"), fd=fd)


def test_bind_of_no_socket(capture: CaptureCall) -> None:
    address = sockaddr_in(80, "10.1.2.3")
    run = capture("bind", lambda: syscall("bind", -1, address, len(address)))
    run.last("BIND_X").expect(res=-errno.EBADF, addr=Inet("10.1.2.3", 80), fd=-1)


def test_bind_unreadable_address(capture: CaptureCall) -> None:
    run = capture("bind", lambda: syscall("bind", -1, BAD_POINTER, 16))
    run.last("BIND_X").expect(res=-errno.EBADF, addr=None, fd=-1)

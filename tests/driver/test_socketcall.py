# SPDX-License-Identifier: Apache-2.0
"""socketcall(2), the one number 32-bit programs had for all calls on sockets."""

from __future__ import annotations

import errno
import socket
import struct

import pytest

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, address_low, sockaddr_in, syscall32
from tests.reference import tables
from tests.reference.decode import Inet

EVENTS = ()


SYS_SOCKET, SYS_CONNECT = 1, 3


def test_socketcall_shows_the_call_meant(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        fd = syscall32(
            "socketcall", SYS_SOCKET, struct.pack("=3I", socket.AF_INET, socket.SOCK_STREAM, 0)
        )
        name = address_low(sockaddr_in(1))
        return fd, syscall32("socketcall", SYS_CONNECT, struct.pack("=3I", fd, name, 16))

    run = capture(["socket", "connect"], call)
    fd, result = run.result
    assert result == -errno.ECONNREFUSED
    run.last("SOCKET_X").expect(
        fd=fd, domain=socket.AF_INET, type=socket.SOCK_STREAM, proto=0, flags=0
    )
    run.last("CONNECT_X").expect(res=result, tuple=None, fd=fd, addr=Inet("127.0.0.1", 1))


def test_socketcall_of_a_call_not_selected(capture: CaptureCall) -> None:
    arguments = struct.pack("=3I", socket.AF_INET, socket.SOCK_STREAM, 0)
    run = capture("connect", lambda: syscall32("socketcall", SYS_SOCKET, arguments))
    assert run.result >= 0
    assert not run.records


@pytest.mark.parametrize(("number", "pointer"), [(SYS_CONNECT, BAD_POINTER), (0, 0), (99, 0)])
def test_socketcall_that_means_nothing(capture: CaptureCall, number: int, pointer: int) -> None:
    run = capture(["socketcall", "connect"], lambda: syscall32("socketcall", number, pointer))
    event = run.last("GENERIC_X")
    assert event.params["ID"] == tables.syscalls()["socketcall"].sc
    assert event.params["nativeID"] == tables.syscalls()["socketcall"].ia32

# SPDX-License-Identifier: Apache-2.0
"""recv(2), which 32-bit programs make through socketcall(2)."""

from __future__ import annotations

import errno
import socket
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import address_low, syscall32
from tests.driver.peers import connected, port
from tests.reference.decode import Inet, InetTuple

EVENTS = ("RECV_X",)


SYS_RECV = 10


def test_recv_of_a_32_bit_program(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        client, server = connected(socket.AF_INET)
        server.send(b"hello")
        arguments = struct.pack("=4I", client.fileno(), address_low(bytes(20)), 20, 0)
        result = syscall32("socketcall", SYS_RECV, arguments)
        return client.fileno(), result, port(client), port(server)

    run = capture("recv", call)
    fd, result, client, server = run.result
    assert result == 5
    run.last("RECV_X").expect(
        res=5,
        data=b"hello",
        fd=fd,
        size=20,
        tuple=InetTuple(Inet("127.0.0.1", server), Inet("127.0.0.1", client)),
    )


def test_recv_on_no_socket(capture: CaptureCall) -> None:
    def call() -> int:
        arguments = struct.pack("=iIII", -1, address_low(bytes(4)), 4, 0)
        return syscall32("socketcall", SYS_RECV, arguments)

    run = capture("recv", call)
    run.last("RECV_X").expect(res=-errno.EBADF, data=None, fd=-1, size=4, tuple=None)

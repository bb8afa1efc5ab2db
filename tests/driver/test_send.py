# SPDX-License-Identifier: Apache-2.0
"""send(2), which 32-bit programs make through socketcall(2)."""

from __future__ import annotations

import errno
import socket
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import address_low, syscall32
from tests.driver.peers import connected, port
from tests.reference.decode import Inet, InetTuple

EVENTS = ("SEND_X",)


SYS_SEND = 9


def test_send_of_a_32_bit_program(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        client, server = connected(socket.AF_INET)
        arguments = struct.pack("=4I", client.fileno(), address_low(b"hello"), 5, 0)
        result = syscall32("socketcall", SYS_SEND, arguments)
        return client.fileno(), result, port(client), port(server)

    run = capture("send", call)
    fd, result, client, server = run.result
    assert result == 5
    run.last("SEND_X").expect(
        res=5,
        data=b"hello",
        fd=fd,
        size=5,
        tuple=InetTuple(Inet("127.0.0.1", client), Inet("127.0.0.1", server)),
    )


def test_send_on_no_socket(capture: CaptureCall) -> None:
    def call() -> int:
        arguments = struct.pack("=iIII", -1, address_low(b"lost"), 4, 0)
        return syscall32("socketcall", SYS_SEND, arguments)

    run = capture("send", call)
    run.last("SEND_X").expect(res=-errno.EBADF, data=b"lost", fd=-1, size=4, tuple=None)

# SPDX-License-Identifier: Apache-2.0
"""recvfrom(2)."""

from __future__ import annotations

import errno
import socket

import pytest

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, syscall
from tests.driver.peers import LOOPBACK, connected, datagram, port
from tests.reference.decode import Inet, InetTuple

EVENTS = ("RECVFROM_X",)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_recvfrom_an_address(capture: CaptureCall, family: socket.AddressFamily) -> None:
    def call() -> tuple[int, int, int, int]:
        here, there = datagram(family), datagram(family)
        there.sendto(b"hello", here.getsockname())
        address, size = buffer(28), buffer((28).to_bytes(4, "little"))
        result = syscall("recvfrom", here.fileno(), buffer(50), 50, 0, address, size)
        return here.fileno(), result, port(here), port(there)

    run = capture("recvfrom", call)
    fd, result, here, there = run.result
    assert result == 5
    ip = LOOPBACK[family]
    run.last("RECVFROM_X").expect(
        res=5,
        data=b"hello",
        tuple=InetTuple(Inet(ip, there), Inet(ip, here)),
        fd=fd,
        size=50,
    )


def test_recvfrom_a_connection(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        client, server = connected(socket.AF_INET)
        client.send(bytes(range(100)))
        result = syscall("recvfrom", server.fileno(), buffer(100), 100, 0, None, None)
        return server.fileno(), result, port(client), port(server)

    run = capture("recvfrom", call)
    fd, result, client, server = run.result
    assert result == 100
    run.last("RECVFROM_X").expect(
        res=100,
        data=bytes(range(80)),
        tuple=InetTuple(Inet("127.0.0.1", client), Inet("127.0.0.1", server)),
        fd=fd,
        size=100,
    )


def test_recvfrom_nothing_there(capture: CaptureCall) -> None:
    def call() -> int:
        here = datagram(socket.AF_INET)
        syscall("recvfrom", here.fileno(), buffer(9), 9, socket.MSG_DONTWAIT, None, None)
        return here.fileno()

    run = capture("recvfrom", call)
    run.last("RECVFROM_X").expect(res=-errno.EAGAIN, data=None, tuple=None, fd=run.result, size=9)

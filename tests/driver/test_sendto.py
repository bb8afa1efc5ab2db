# SPDX-License-Identifier: Apache-2.0
"""sendto(2)."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from tests.driver.fix_capture import POSITIVE, CaptureCall
from tests.driver.native import (
    buffer,
    sockaddr_in,
    sockaddr_in6,
    sockaddr_un,
    syscall,
)
from tests.driver.peers import LOOPBACK, connected, datagram, port
from tests.reference.decode import Inet, InetTuple, UnixTuple

EVENTS = ("SENDTO_X",)
ADDRESS = {socket.AF_INET: sockaddr_in, socket.AF_INET6: sockaddr_in6}
CONTENT = bytes(range(200))


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_sendto_an_address(capture: CaptureCall, family: socket.AddressFamily) -> None:
    def call() -> tuple[int, int, int, int]:
        here, there = datagram(family), datagram(family)
        address = ADDRESS[family](port(there))
        result = syscall(
            "sendto", here.fileno(), buffer(CONTENT), len(CONTENT), 0, address, len(address)
        )
        return here.fileno(), result, port(here), port(there)

    run = capture("sendto", call)
    fd, result, here, there = run.result
    assert result == 200
    ip = LOOPBACK[family]
    run.last("SENDTO_X").expect(
        res=200,
        data=CONTENT[:80],
        fd=fd,
        size=200,
        tuple=InetTuple(Inet(ip, here), Inet(ip, there)),
    )


def test_sendto_over_a_connection(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        client, server = connected(socket.AF_INET)
        result = syscall("sendto", client.fileno(), buffer(b"hello"), 5, 0, None, 0)
        return client.fileno(), result, port(client), port(server)

    run = capture("sendto", call)
    fd, result, client, server = run.result
    assert result == 5
    run.last("SENDTO_X").expect(
        res=5,
        data=b"hello",
        fd=fd,
        size=5,
        tuple=InetTuple(Inet("127.0.0.1", client), Inet("127.0.0.1", server)),
    )


def test_sendto_a_path(capture: CaptureCall, in_tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        there = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        there.bind("there")
        here = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        here.connect("there")
        return here.fileno(), syscall("sendto", here.fileno(), buffer(b"hi"), 2, 0, None, 0)

    run = capture("sendto", call)
    fd, result = run.result
    assert result == 2
    run.last("SENDTO_X").expect(
        res=2, data=b"hi", fd=fd, size=2, tuple=UnixTuple(POSITIVE, POSITIVE, "there")
    )


def test_sendto_without_a_connection(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        here = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = sockaddr_un("none")
        return here.fileno(), syscall(
            "sendto", here.fileno(), buffer(b"lost"), 4, 0, address, len(address)
        )

    run = capture("sendto", call)
    fd, result = run.result
    assert result == -errno.ENOENT
    run.last("SENDTO_X").expect(res=-errno.ENOENT, data=b"lost", fd=fd, size=4, tuple=None)

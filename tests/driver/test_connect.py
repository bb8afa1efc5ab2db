# SPDX-License-Identifier: Apache-2.0
"""connect(2)."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from tests.driver.fix_capture import POSITIVE, CaptureCall
from tests.driver.native import (
    BAD_POINTER,
    sockaddr_in,
    sockaddr_in6,
    sockaddr_un,
    syscall,
)
from tests.driver.peers import LOOPBACK, listener, port, unix_listener
from tests.reference.decode import Inet, InetTuple, Unix, UnixTuple

EVENTS = ("CONNECT_X",)
ADDRESS = {socket.AF_INET: sockaddr_in, socket.AF_INET6: sockaddr_in6}


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize("kind", [0, socket.SOCK_NONBLOCK])
def test_connect_to_a_listener(
    capture: CaptureCall, family: socket.AddressFamily, kind: int
) -> None:
    def call() -> tuple[int, int, int, int]:
        server = listener(family)
        client = socket.socket(family, socket.SOCK_STREAM | kind)
        address = ADDRESS[family](port(server))
        result = syscall("connect", client.fileno(), address, len(address))
        return client.fileno(), result, port(client), port(server)

    run = capture("connect", call)
    fd, result, client, server = run.result
    assert result in ((-errno.EINPROGRESS, 0) if kind else (0,))
    ip = LOOPBACK[family]
    run.last("CONNECT_X").expect(
        res=result,
        tuple=InetTuple(Inet(ip, client), Inet(ip, server)),
        fd=fd,
        addr=Inet(ip, server),
    )


def test_connect_a_datagram_socket(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int]:
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        address = sockaddr_in(53, "127.0.0.9")
        result = syscall("connect", client.fileno(), address, len(address))
        return client.fileno(), result, port(client)

    run = capture("connect", call)
    fd, result, client = run.result
    assert result == 0
    run.last("CONNECT_X").expect(
        res=0,
        tuple=InetTuple(Inet("127.0.0.1", client), Inet("127.0.0.9", 53)),
        fd=fd,
        addr=Inet("127.0.0.9", 53),
    )


def test_connect_to_a_path(capture: CaptureCall, in_tmp_path: Path) -> None:
    def call() -> tuple[int, int]:
        with unix_listener(Path("server")):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            address = sockaddr_un("server")
            return client.fileno(), syscall("connect", client.fileno(), address, len(address))

    run = capture("connect", call)
    fd, result = run.result
    assert result == 0
    run.last("CONNECT_X").expect(
        res=0, tuple=UnixTuple(POSITIVE, POSITIVE, "server"), fd=fd, addr=Unix("server")
    )


def test_connect_where_nobody_listens(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        address = sockaddr_in(1)
        return client.fileno(), syscall("connect", client.fileno(), address, len(address))

    run = capture("connect", call)
    fd, result = run.result
    assert result == -errno.ECONNREFUSED
    run.last("CONNECT_X").expect(
        res=-errno.ECONNREFUSED, tuple=None, fd=fd, addr=Inet("127.0.0.1", 1)
    )


def test_connect_unreadable_address(capture: CaptureCall) -> None:
    run = capture("connect", lambda: syscall("connect", -1, BAD_POINTER, 16))
    run.last("CONNECT_X").expect(res=-errno.EBADF, tuple=None, fd=-1, addr=None)

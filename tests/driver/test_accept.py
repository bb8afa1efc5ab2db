# SPDX-License-Identifier: Apache-2.0
"""accept(2)."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from tests.driver.fix_capture import POSITIVE, CaptureCall
from tests.driver.native import syscall
from tests.driver.peers import LOOPBACK, await_backlog, listener, port, unix_listener
from tests.reference.decode import Inet, InetTuple, UnixTuple

EVENTS = ("ACCEPT_5_X",)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_accept_one_of_two(capture: CaptureCall, family: socket.AddressFamily) -> None:
    def call() -> tuple[int, int, int]:
        server = listener(family, backlog=4)
        clients = [socket.socket(family, socket.SOCK_STREAM) for _ in range(2)]
        for client in clients:
            client.connect(server.getsockname())
        await_backlog(server, 2)
        fd = syscall("accept", server.fileno(), None, None)
        accepted = socket.socket(fileno=fd)
        return fd, accepted.getpeername()[1], port(server)

    run = capture("accept", call)
    fd, client, server = run.result
    assert fd >= 0
    ip = LOOPBACK[family]
    run.last("ACCEPT_5_X").expect(
        fd=fd,
        tuple=InetTuple(Inet(ip, client), Inet(ip, server)),
        queuepct=25,
        queuelen=1,
        queuemax=4,
    )


def test_accept_on_a_path(capture: CaptureCall, in_tmp_path: Path) -> None:
    def call() -> int:
        server = unix_listener(Path("server"), backlog=3)
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect("server")
        return syscall("accept", server.fileno(), None, None)

    run = capture("accept", call)
    assert run.result >= 0
    run.last("ACCEPT_5_X").expect(
        fd=run.result,
        tuple=UnixTuple(POSITIVE, POSITIVE, "server"),
        queuepct=0,
        queuelen=0,
        queuemax=3,
    )


def test_accept_nobody_there(capture: CaptureCall) -> None:
    def call() -> int:
        server = listener(socket.AF_INET, backlog=6)
        server.setblocking(False)
        return syscall("accept", server.fileno(), None, None)

    run = capture("accept", call)
    run.last("ACCEPT_5_X").expect(fd=-errno.EAGAIN, tuple=None, queuepct=0, queuelen=0, queuemax=6)


def test_accept_on_no_socket(capture: CaptureCall) -> None:
    run = capture("accept", lambda: syscall("accept", -1, None, None))
    run.last("ACCEPT_5_X").expect(fd=-errno.EBADF, tuple=None, queuepct=0, queuelen=0, queuemax=0)

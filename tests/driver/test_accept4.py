# SPDX-License-Identifier: Apache-2.0
"""accept4(2)."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from tests.driver.fix_capture import POSITIVE, CaptureCall
from tests.driver.native import syscall
from tests.driver.peers import LOOPBACK, await_backlog, listener, port, unix_listener
from tests.reference.decode import Inet, InetTuple, UnixTuple
from tests.reference.tables import flags

EVENTS = ("ACCEPT4_6_X",)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_accept4_one_of_two(capture: CaptureCall, family: socket.AddressFamily) -> None:
    def call() -> tuple[int, int, int]:
        server = listener(family, backlog=4)
        clients = [socket.socket(family, socket.SOCK_STREAM) for _ in range(2)]
        for client in clients:
            client.connect(server.getsockname())
        await_backlog(server, 2)
        fd = syscall("accept4", server.fileno(), None, None, socket.SOCK_CLOEXEC)
        accepted = socket.socket(fileno=fd)
        return fd, accepted.getpeername()[1], port(server)

    run = capture("accept4", call)
    fd, client, server = run.result
    assert fd >= 0
    ip = LOOPBACK[family]
    run.last("ACCEPT4_6_X").expect(
        fd=fd,
        tuple=InetTuple(Inet(ip, client), Inet(ip, server)),
        queuepct=25,
        queuelen=1,
        queuemax=4,
        flags=flags("file_flags", "O_CLOEXEC"),
    )


def test_accept4_on_a_path(capture: CaptureCall, in_tmp_path: Path) -> None:
    def call() -> int:
        server = unix_listener(Path("server"), backlog=3)
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect("server")
        return syscall("accept4", server.fileno(), None, None, socket.SOCK_CLOEXEC)

    run = capture("accept4", call)
    assert run.result >= 0
    run.last("ACCEPT4_6_X").expect(
        fd=run.result,
        tuple=UnixTuple(POSITIVE, POSITIVE, "server"),
        queuepct=0,
        queuelen=0,
        queuemax=3,
        flags=flags("file_flags", "O_CLOEXEC"),
    )


def test_accept4_nobody_there(capture: CaptureCall) -> None:
    def call() -> int:
        server = listener(socket.AF_INET, backlog=6)
        server.setblocking(False)
        return syscall("accept4", server.fileno(), None, None, 0)

    run = capture("accept4", call)
    run.last("ACCEPT4_6_X").expect(
        fd=-errno.EAGAIN, tuple=None, queuepct=0, queuelen=0, queuemax=6, flags=0
    )


def test_accept4_on_no_socket(capture: CaptureCall) -> None:
    run = capture("accept4", lambda: syscall("accept4", -1, None, None, 0))
    run.last("ACCEPT4_6_X").expect(
        fd=-errno.EBADF, tuple=None, queuepct=0, queuelen=0, queuemax=0, flags=0
    )

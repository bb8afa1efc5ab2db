# SPDX-License-Identifier: Apache-2.0
"""sendmsg(2)."""

from __future__ import annotations

import errno
import socket

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, iovec, msghdr, sockaddr_in, syscall
from tests.driver.peers import connected, datagram, port
from tests.reference.decode import Inet, InetTuple

EVENTS = ("SENDMSG_X",)


def test_sendmsg_to_an_address(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        here, there = datagram(socket.AF_INET), datagram(socket.AF_INET)
        name, parts = buffer(sockaddr_in(port(there))), (buffer(b"hel"), buffer(b"lo"))
        iov = iovec(*parts)
        result = syscall("sendmsg", here.fileno(), msghdr(name=name, iov=iov), 0)
        return here.fileno(), result, port(here), port(there)

    run = capture("sendmsg", call)
    fd, result, here, there = run.result
    assert result == 5
    run.last("SENDMSG_X").expect(
        res=5,
        data=b"hello",
        fd=fd,
        size=5,
        tuple=InetTuple(Inet("127.0.0.1", here), Inet("127.0.0.1", there)),
    )


def test_sendmsg_over_a_connection(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        client, server = connected(socket.AF_INET6)
        part = buffer(bytes(150))
        iov = iovec(part)
        result = syscall("sendmsg", client.fileno(), msghdr(iov=iov), 0)
        return client.fileno(), result, port(client), port(server)

    run = capture("sendmsg", call)
    fd, result, client, server = run.result
    assert result == 150
    run.last("SENDMSG_X").expect(
        res=150,
        data=bytes(80),
        fd=fd,
        size=150,
        tuple=InetTuple(Inet("::1", client), Inet("::1", server)),
    )


def test_sendmsg_on_no_socket(capture: CaptureCall) -> None:
    def call() -> int:
        part = buffer(b"lost")
        iov = iovec(part)
        return syscall("sendmsg", -1, msghdr(iov=iov), 0)

    run = capture("sendmsg", call)
    assert run.result == -errno.EBADF
    run.last("SENDMSG_X").expect(res=-errno.EBADF, data=b"lost", fd=-1, size=4, tuple=None)

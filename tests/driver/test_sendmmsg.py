# SPDX-License-Identifier: Apache-2.0
"""sendmmsg(2)."""

from __future__ import annotations

import errno
import socket

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, iovec, msghdr, sockaddr_in, syscall
from tests.driver.peers import datagram, port
from tests.reference.decode import Inet, InetTuple

EVENTS = ("SENDMMSG_X",)


def test_sendmmsg_first_message_is_recorded(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        here, there = datagram(socket.AF_INET), datagram(socket.AF_INET)
        name, parts = buffer(sockaddr_in(port(there))), (buffer(b"first"), buffer(b"second"))
        vectors = [iovec(part) for part in parts]
        headers = b"".join(msghdr(name=name, iov=iov).raw + bytes(8) for iov in vectors)
        result = syscall("sendmmsg", here.fileno(), buffer(headers), 2, 0)
        return here.fileno(), result, port(here), port(there)

    run = capture("sendmmsg", call)
    fd, result, here, there = run.result
    assert result == 2
    run.last("SENDMMSG_X").expect(
        res=2,
        fd=fd,
        size=5,
        data=b"first",
        tuple=InetTuple(Inet("127.0.0.1", here), Inet("127.0.0.1", there)),
    )


def test_sendmmsg_on_no_socket(capture: CaptureCall) -> None:
    run = capture("sendmmsg", lambda: syscall("sendmmsg", -1, BAD_POINTER, 1, 0))
    run.last("SENDMMSG_X").expect(res=-errno.EBADF, fd=-1, size=0, data=None, tuple=None)

# SPDX-License-Identifier: Apache-2.0
"""recvmmsg(2)."""

from __future__ import annotations

import errno
import socket

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import BAD_POINTER, buffer, iovec, msghdr, syscall
from tests.driver.peers import datagram, port
from tests.reference.decode import Inet, InetTuple

EVENTS = ("RECVMMSG_X",)


def test_recvmmsg_first_message_is_recorded(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        here, there = datagram(socket.AF_INET), datagram(socket.AF_INET)
        for message in (b"first", b"second"):
            there.sendto(message, here.getsockname())
        name, parts = buffer(16), (buffer(9), buffer(9))
        vectors = [iovec(part) for part in parts]
        headers = b"".join(msghdr(name=name, iov=iov).raw + bytes(8) for iov in vectors)
        result = syscall("recvmmsg", here.fileno(), buffer(headers), 2, 0, None)
        return here.fileno(), result, port(here), port(there)

    run = capture("recvmmsg", call)
    fd, result, here, there = run.result
    assert result == 2
    run.last("RECVMMSG_X").expect(
        res=2,
        fd=fd,
        size=5,
        data=b"first",
        tuple=InetTuple(Inet("127.0.0.1", there), Inet("127.0.0.1", here)),
        msgcontrol=None,
    )


def test_recvmmsg_on_no_socket(capture: CaptureCall) -> None:
    run = capture("recvmmsg", lambda: syscall("recvmmsg", -1, BAD_POINTER, 1, 0, None))
    run.last("RECVMMSG_X").expect(
        res=-errno.EBADF, fd=-1, size=0, data=None, tuple=None, msgcontrol=None
    )

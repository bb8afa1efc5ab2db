# SPDX-License-Identifier: Apache-2.0
"""recvmsg(2)."""

from __future__ import annotations

import errno
import socket
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, iovec, msghdr, syscall
from tests.driver.peers import datagram, port
from tests.reference.decode import Inet, InetTuple, UnixTuple

EVENTS = ("RECVMSG_X",)


def test_recvmsg_from_an_address(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int, int]:
        here, there = datagram(socket.AF_INET), datagram(socket.AF_INET)
        there.sendto(b"hello", here.getsockname())
        name, parts = buffer(16), (buffer(2), buffer(48))
        iov = iovec(*parts)
        result = syscall("recvmsg", here.fileno(), msghdr(name=name, iov=iov), 0)
        return here.fileno(), result, port(here), port(there)

    run = capture("recvmsg", call)
    fd, result, here, there = run.result
    assert result == 5
    run.last("RECVMSG_X").expect(
        res=5,
        size=5,
        data=b"hello",
        tuple=InetTuple(Inet("127.0.0.1", there), Inet("127.0.0.1", here)),
        msgcontrol=None,
        fd=fd,
    )


def test_recvmsg_a_descriptor_in_passing(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, bytes]:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        socket.send_fds(there, [b"take"], [1])
        part, control = buffer(10), buffer(24)
        iov = iovec(part)
        result = syscall("recvmsg", here.fileno(), msghdr(iov=iov, control=control), 0)
        return here.fileno(), result, control.raw[:20]

    run = capture("recvmsg", call)
    fd, result, control = run.result
    assert result == 4
    size, level, kind, _passed = struct.unpack("=QIIi", control)
    assert (size, level, kind) == (20, socket.SOL_SOCKET, socket.SCM_RIGHTS)
    event = run.last("RECVMSG_X")
    found = event.params.pop("msgcontrol")
    assert found.rstrip(b"\0") == control.rstrip(b"\0")
    pair = event.params.pop("tuple")
    assert isinstance(pair, UnixTuple)
    assert event.params == {"res": 4, "size": 4, "data": b"take", "fd": fd}


def test_recvmsg_nothing_there(capture: CaptureCall) -> None:
    def call() -> int:
        here = datagram(socket.AF_INET)
        part = buffer(33)
        iov = iovec(part)
        syscall("recvmsg", here.fileno(), msghdr(iov=iov), socket.MSG_DONTWAIT)
        return here.fileno()

    run = capture("recvmsg", call)
    run.last("RECVMSG_X").expect(
        res=-errno.EAGAIN, size=0, data=None, tuple=None, msgcontrol=None, fd=run.result
    )

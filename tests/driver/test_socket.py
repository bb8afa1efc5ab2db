# SPDX-License-Identifier: Apache-2.0
"""socket(2)."""

from __future__ import annotations

import errno
import socket

import pytest

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("SOCKET_X",)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def test_socket_of_each_family(capture: CaptureCall, family: socket.AddressFamily) -> None:
    run = capture("socket", lambda: syscall("socket", family, socket.SOCK_STREAM, 0))
    assert run.result >= 0
    run.last("SOCKET_X").expect(
        fd=run.result, domain=family, type=socket.SOCK_STREAM, proto=0, flags=0
    )


def test_socket_type_keeps_its_flags(capture: CaptureCall) -> None:
    kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
    run = capture("socket", lambda: syscall("socket", socket.AF_INET, kind, socket.IPPROTO_UDP))
    run.last("SOCKET_X").expect(
        fd=run.result,
        domain=socket.AF_INET,
        type=int(kind),
        proto=socket.IPPROTO_UDP,
        flags=flags("file_flags", "O_CLOEXEC", "O_NONBLOCK"),
    )


def test_socket_of_no_family(capture: CaptureCall) -> None:
    run = capture("socket", lambda: syscall("socket", 0, socket.SOCK_STREAM, 0))
    run.last("SOCKET_X").expect(
        fd=-errno.EAFNOSUPPORT, domain=0, type=socket.SOCK_STREAM, proto=0, flags=0
    )

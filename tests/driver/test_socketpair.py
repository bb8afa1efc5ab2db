# SPDX-License-Identifier: Apache-2.0
"""socketpair(2)."""

from __future__ import annotations

import errno
import socket
import struct

from tests.driver.fix_capture import POSITIVE, CaptureCall
from tests.driver.native import buffer, syscall

EVENTS = ("SOCKETPAIR_X",)


def test_socketpair_two_ends(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int]:
        ends = buffer(8)
        result = syscall("socketpair", socket.AF_UNIX, socket.SOCK_STREAM, 0, ends)
        return result, *struct.unpack("=ii", ends.raw)

    run = capture("socketpair", call)
    result, first, second = run.result
    assert result == 0
    event = run.last("SOCKETPAIR_X")
    event.expect(
        res=0,
        fd1=first,
        fd2=second,
        source=POSITIVE,
        peer=POSITIVE,
        domain=socket.AF_UNIX,
        type=socket.SOCK_STREAM,
        proto=0,
    )
    assert event.params["source"] != event.params["peer"]


def test_socketpair_of_a_family_without_pairs(capture: CaptureCall) -> None:
    run = capture(
        "socketpair",
        lambda: syscall("socketpair", socket.AF_INET, socket.SOCK_DGRAM, 17, buffer(8)),
    )
    run.last("SOCKETPAIR_X").expect(
        res=-errno.EOPNOTSUPP,
        fd1=-1,
        fd2=-1,
        source=0,
        peer=0,
        domain=socket.AF_INET,
        type=socket.SOCK_DGRAM,
        proto=17,
    )

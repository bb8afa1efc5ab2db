# SPDX-License-Identifier: Apache-2.0
"""setrlimit(2)."""

from __future__ import annotations

import errno
import struct

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall, syscall32
from tests.reference.tables import flags

EVENTS = ("SETRLIMIT_X",)


RLIMIT_CORE, RLIMIT_NOFILE = 4, 7


def test_setrlimit(capture: CaptureCall) -> None:
    limits = struct.pack("=QQ", 100, 200)
    run = capture("setrlimit", lambda: syscall("setrlimit", RLIMIT_NOFILE, limits))
    assert run.result == 0
    run.last("SETRLIMIT_X").expect(res=0, cur=100, max=200, resource=RLIMIT_NOFILE)


def test_setrlimit_of_a_32_bit_program(capture: CaptureCall) -> None:
    limits = struct.pack("=II", 0, 2**32 - 1)
    run = capture("setrlimit", lambda: syscall32("setrlimit", RLIMIT_CORE, limits))
    assert run.result == 0
    run.last("SETRLIMIT_X").expect(res=0, cur=0, max=-1, resource=RLIMIT_CORE)


def test_setrlimit_of_no_resource(capture: CaptureCall) -> None:
    run = capture("setrlimit", lambda: syscall("setrlimit", 99, struct.pack("=QQ", 1, 2)))
    run.last("SETRLIMIT_X").expect(
        res=-errno.EINVAL, cur=1, max=2, resource=flags("rlimit_resources", "RLIMIT_UNKNOWN")
    )

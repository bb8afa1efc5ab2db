# SPDX-License-Identifier: Apache-2.0
"""fcntl(2)."""

from __future__ import annotations

import errno
import fcntl

import pytest

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, pointer, syscall
from tests.reference.tables import vocabulary

EVENTS = ("FCNTL_X",)


@pytest.mark.parametrize(
    ("command", "argument"),
    [("F_DUPFD", 300), ("F_DUPFD_CLOEXEC", 301), ("F_SETFD", 1), ("F_GETFL", 0), ("F_GETFD", 0)],
)
def test_fcntl_commands(capture: CaptureCall, command: str, argument: int) -> None:
    run = capture("fcntl", lambda: syscall("fcntl", 1, getattr(fcntl, command), argument))
    assert run.result >= 0
    run.last("FCNTL_X").expect(
        res=run.result, fd=1, cmd=vocabulary("fcntl_commands")[command], arg=argument
    )


def test_fcntl_lock_by_pointer(capture: CaptureCall) -> None:
    lock = buffer(32)
    run = capture("fcntl", lambda: syscall("fcntl", -1, fcntl.F_SETLK, lock))
    run.last("FCNTL_X").expect(
        res=-errno.EBADF,
        fd=-1,
        cmd=vocabulary("fcntl_commands")["F_SETLK"],
        arg=pointer(lock),
    )


def test_fcntl_unknown_command(capture: CaptureCall) -> None:
    run = capture("fcntl", lambda: syscall("fcntl", 1, 9999, 5))
    run.last("FCNTL_X").expect(
        res=-errno.EINVAL, fd=1, cmd=vocabulary("fcntl_commands")["UNKNOWN"], arg=5
    )

# SPDX-License-Identifier: Apache-2.0
"""pidfd_open(2)."""

from __future__ import annotations

import errno
import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("PIDFD_OPEN_X",)


def test_pidfd_open_own_process(capture: CaptureCall) -> None:
    run = capture("pidfd_open", lambda: syscall("pidfd_open", os.getpid(), os.O_NONBLOCK))
    assert run.result >= 0
    run.last("PIDFD_OPEN_X").expect(
        fd=run.result, pid=run.pid, flags=flags("pidfd_open_flags", "PIDFD_NONBLOCK")
    )


def test_pidfd_open_bad_number(capture: CaptureCall) -> None:
    run = capture("pidfd_open", lambda: syscall("pidfd_open", -1, 0))
    run.last("PIDFD_OPEN_X").expect(fd=-errno.EINVAL, pid=-1, flags=0)

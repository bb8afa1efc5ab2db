# SPDX-License-Identifier: Apache-2.0
"""kill(2)."""

from __future__ import annotations

import errno
import os
import signal

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("KILL_X",)


def test_kill_itself_softly(capture: CaptureCall) -> None:
    def call() -> int:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        return syscall("kill", os.getpid(), signal.SIGUSR1)

    run = capture("kill", call)
    assert run.result == 0
    run.last("KILL_X").expect(res=0, pid=run.pid, sig=signal.SIGUSR1)


def test_kill_a_group_that_is_not_there(capture: CaptureCall) -> None:
    run = capture("kill", lambda: syscall("kill", -4194303, 0))
    run.last("KILL_X").expect(res=-errno.ESRCH, pid=-4194303, sig=0)

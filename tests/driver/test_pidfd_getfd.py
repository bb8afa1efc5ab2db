# SPDX-License-Identifier: Apache-2.0
"""pidfd_getfd(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("PIDFD_GETFD_X",)


def test_pidfd_getfd_of_own_process(capture: CaptureCall) -> None:
    def call() -> tuple[int, int, int]:
        target = os.memfd_create("target")
        process = os.pidfd_open(os.getpid())
        return process, target, syscall("pidfd_getfd", process, target, 0)

    run = capture("pidfd_getfd", call)
    process, target, copy = run.result
    assert copy >= 0
    run.last("PIDFD_GETFD_X").expect(fd=copy, pid_fd=process, target_fd=target, flags=0)

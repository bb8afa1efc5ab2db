# SPDX-License-Identifier: Apache-2.0
"""epoll_create1(2)."""

from __future__ import annotations

import os

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall
from tests.reference.tables import flags

EVENTS = ("EPOLL_CREATE1_X",)


def test_epoll_create1_with_flags(capture: CaptureCall) -> None:
    run = capture("epoll_create1", lambda: syscall("epoll_create1", os.O_CLOEXEC))
    assert run.result >= 0
    run.last("EPOLL_CREATE1_X").expect(
        res=run.result, flags=flags("epoll_create1_flags", "EPOLL_CLOEXEC")
    )

# SPDX-License-Identifier: Apache-2.0
"""epoll_create(2)."""

from __future__ import annotations

import errno

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import syscall

EVENTS = ("EPOLL_CREATE_X",)


def test_epoll_create(capture: CaptureCall) -> None:
    run = capture("epoll_create", lambda: syscall("epoll_create", 5))
    assert run.result >= 0
    run.last("EPOLL_CREATE_X").expect(res=run.result, size=5)


def test_epoll_create_refused(capture: CaptureCall) -> None:
    run = capture("epoll_create", lambda: syscall("epoll_create", -1))
    run.last("EPOLL_CREATE_X").expect(res=-errno.EINVAL, size=-1)

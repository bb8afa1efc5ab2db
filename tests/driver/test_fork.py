# SPDX-License-Identifier: Apache-2.0
"""fork(2)."""

from __future__ import annotations

import errno
import os
import resource
from typing import Any

from tests.driver.fix_capture import POSITIVE, CaptureCall
from tests.driver.native import spawn
from tests.driver.process import expected, facts

EVENTS = ("FORK_20_X",)


def fork() -> tuple[dict[str, Any], int]:
    about = facts()
    pid = spawn("fork")
    if pid > 0:
        os.waitpid(pid, 0)
    return about, pid


def test_fork_in_both(capture: CaptureCall) -> None:
    run = capture("fork", fork)
    about, pid = run.result
    assert pid > 0
    run.last("FORK_20_X").expect(
        **expected(about, res=pid),
        flags=0,
        uid=0,
        gid=0,
        vtid=run.pid,
        vpid=run.pid,
        pidns_init_start_ts=0,
    )
    run.only("FORK_20_X", tid=pid).expect(
        **expected(about, tid=pid, pid=pid, ptid=run.pid),
        flags=0,
        uid=0,
        gid=0,
        vtid=pid,
        vpid=pid,
        pidns_init_start_ts=POSITIVE,
    )


def test_fork_above_the_limit(capture: CaptureCall) -> None:
    def call() -> int:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        os.setuid(1000)
        return fork()[1]

    run = capture("fork", call)
    assert run.result == -errno.EAGAIN
    event = run.last("FORK_20_X")
    assert event.params["res"] == -errno.EAGAIN
    assert event.params["uid"] == 1000

# SPDX-License-Identifier: Apache-2.0
"""clone3(2)."""

from __future__ import annotations

import errno
import os
import signal
import struct
from typing import Any

from tests.driver.fix_capture import POSITIVE, CaptureCall
from tests.driver.native import BAD_POINTER, buffer, pointer, spawn
from tests.driver.process import expected, facts
from tests.reference.tables import flags

EVENTS = ("CLONE3_X",)
CLONE_PARENT_SETTID = 0x100000


def clone3(native: int) -> tuple[dict[str, Any], int]:
    tid = buffer(4)
    arguments = buffer(struct.pack("=8Q", native, 0, 0, pointer(tid), signal.SIGCHLD, 0, 0, 0))
    about = facts()
    pid = spawn("clone3", pointer(arguments), len(arguments))
    if pid > 0:
        os.waitpid(pid, 0)
    return about, pid


def test_clone3_in_both(capture: CaptureCall) -> None:
    run = capture("clone3", lambda: clone3(CLONE_PARENT_SETTID))
    about, pid = run.result
    assert pid > 0
    bits = flags("clone_flags", "CLONE_PARENT_SETTID")
    run.last("CLONE3_X").expect(
        **expected(about, res=pid),
        flags=bits,
        uid=0,
        gid=0,
        vtid=run.pid,
        vpid=run.pid,
        pidns_init_start_ts=0,
    )
    run.only("CLONE3_X", tid=pid).expect(
        **expected(about, tid=pid, pid=pid, ptid=run.pid),
        flags=bits,
        uid=0,
        gid=0,
        vtid=pid,
        vpid=pid,
        pidns_init_start_ts=POSITIVE,
    )


def test_clone3_unreadable_arguments(capture: CaptureCall) -> None:
    run = capture("clone3", lambda: spawn("clone3", BAD_POINTER, 64))
    event = run.last("CLONE3_X")
    assert event.params["res"] == run.result == -errno.EFAULT
    assert not event.params["flags"]

# SPDX-License-Identifier: Apache-2.0
"""clone(2), as the parent and as the child see it."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from typing import Any

from tests.driver.fix_capture import POSITIVE, CaptureCall
from tests.driver.native import spawn
from tests.driver.process import expected, facts, near
from tests.reference.tables import flags

EVENTS = ("CLONE_20_X",)
CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND = 0x100, 0x200, 0x400, 0x800
CLONE_THREAD, CLONE_SYSVSEM, CLONE_NEWPID = 0x10000, 0x40000, 0x20000000
THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM


def clone(native: int) -> tuple[dict[str, Any], int]:
    about = facts()
    pid = spawn("clone", native)
    if pid > 0 and not native & CLONE_THREAD:
        os.waitpid(pid, 0)
    return about, pid


def first_process_started() -> int:
    """Nanoseconds after boot at which the first process of this pid namespace began."""
    ticks = int(Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19])
    return ticks * 10**9 // os.sysconf("SC_CLK_TCK")


def test_clone_in_the_parent(capture: CaptureCall) -> None:
    run = capture("clone", lambda: clone(CLONE_FS | signal.SIGCHLD))
    about, pid = run.result
    assert pid > 0
    run.last("CLONE_20_X").expect(
        **expected(about, res=pid),
        flags=flags("clone_flags", "CLONE_FS"),
        uid=0,
        gid=0,
        vtid=run.pid,
        vpid=run.pid,
        pidns_init_start_ts=0,
    )


def test_clone_in_the_child(capture: CaptureCall) -> None:
    run = capture("clone", lambda: clone(CLONE_FS | signal.SIGCHLD))
    about, pid = run.result
    started = first_process_started()
    event = run.only("CLONE_20_X", tid=pid)
    event.expect(
        **expected(about, tid=pid, pid=pid, ptid=run.pid),
        flags=flags("clone_flags", "CLONE_FS"),
        uid=0,
        gid=0,
        vtid=pid,
        vpid=pid,
        pidns_init_start_ts=near(started) if started else POSITIVE,
    )


def test_clone_of_a_thread(capture: CaptureCall) -> None:
    run = capture("clone", lambda: clone(THREAD))
    about, tid = run.result
    assert tid > 0
    bits = flags(
        "clone_flags",
        "CLONE_VM",
        "CLONE_FS",
        "CLONE_FILES",
        "CLONE_SIGHAND",
        "CLONE_THREAD",
        "CLONE_SYSVSEM",
    )
    parent, child = run.last("CLONE_20_X"), run.only("CLONE_20_X", tid=tid)
    assert (parent.params["res"], parent.params["flags"]) == (tid, bits)
    child.expect(
        **expected(about, tid=tid, pid=run.pid),
        flags=bits,
        uid=0,
        gid=0,
        vtid=tid,
        vpid=run.pid,
        pidns_init_start_ts=POSITIVE,
    )


def test_clone_into_a_pid_namespace(capture: CaptureCall) -> None:
    run = capture("clone", lambda: clone(CLONE_NEWPID | signal.SIGCHLD))
    _, pid = run.result
    assert pid > 0
    parent, child = run.last("CLONE_20_X"), run.only("CLONE_20_X", tid=pid)
    assert parent.params["flags"] == flags("clone_flags", "CLONE_NEWPID")
    assert child.params["flags"] == flags("clone_flags", "CLONE_NEWPID", "CLONE_CHILD_IN_PIDNS")
    assert (child.params["tid"], child.params["pid"]) == (pid, pid)
    assert (child.params["vtid"], child.params["vpid"]) == (1, 1)


def test_clone_by_another_user(capture: CaptureCall) -> None:
    def call() -> int:
        os.setresgid(1001, 1002, 1003)
        os.setresuid(1004, 1005, 1006)
        return clone(signal.SIGCHLD)[1]

    run = capture("clone", call)
    for tid in (run.pid, run.result):
        event = run.events("CLONE_20_X", tid=tid)[-1]
        assert (event.params["uid"], event.params["gid"]) == (1005, 1002)


def test_clone_refused(capture: CaptureCall) -> None:
    run = capture("clone", lambda: clone(CLONE_THREAD))
    about, result = run.result
    assert result == -errno.EINVAL
    run.last("CLONE_20_X").expect(
        **expected(about, res=-errno.EINVAL, exe="", args=None),
        flags=flags("clone_flags", "CLONE_THREAD"),
        uid=0,
        gid=0,
        vtid=run.pid,
        vpid=run.pid,
        pidns_init_start_ts=0,
    )

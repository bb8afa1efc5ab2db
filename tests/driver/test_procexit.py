# SPDX-License-Identifier: Apache-2.0
"""The end of a thread."""

from __future__ import annotations

import os
import resource
import signal

from tests.driver.consumer import TP_PROCEXIT
from tests.driver.fix_capture import CaptureCall
from tests.driver.native import spawn, syscall

EVENTS = ("PROCEXIT_1_E",)
PR_SET_CHILD_SUBREAPER = 36
THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000


def test_procexit_with_a_status(capture: CaptureCall) -> None:
    run = capture((), lambda: os._exit(3), tracepoints=TP_PROCEXIT)
    run.only("PROCEXIT_1_E").expect(status=0x300, ret=3, sig=0, core=0, reaper_tid=0)


def test_procexit_by_a_signal(capture: CaptureCall) -> None:
    run = capture((), lambda: os.kill(os.getpid(), signal.SIGKILL), tracepoints=TP_PROCEXIT)
    run.only("PROCEXIT_1_E").expect(
        status=signal.SIGKILL, ret=0, sig=signal.SIGKILL, core=0, reaper_tid=0
    )


def test_procexit_with_a_core(capture: CaptureCall, in_tmp_path: object) -> None:
    def call() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
        # Who is started in the background by a shell ignores it.
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGQUIT)

    run = capture((), call, tracepoints=TP_PROCEXIT)
    dumped = os.WCOREDUMP(run.status)
    run.only("PROCEXIT_1_E").expect(
        status=run.status, ret=0, sig=signal.SIGQUIT, core=int(dumped), reaper_tid=0
    )


def test_procexit_of_a_thread(capture: CaptureCall) -> None:
    run = capture((), lambda: spawn("clone", THREAD), tracepoints=TP_PROCEXIT)
    run.only("PROCEXIT_1_E", tid=run.result).expect(status=0, ret=0, sig=0, core=0, reaper_tid=0)


def parent_with_a_child_left_behind() -> int:
    """A child that ends before its own child; its pid."""
    ready, done = os.pipe()
    pid = os.fork()
    if pid == 0:
        if os.fork() == 0:
            os.close(done)
            os.read(ready, 1)  # until the end of the test's process
        os._exit(0)
    os.close(ready)
    os.waitpid(pid, 0)
    return pid


def test_procexit_leaves_children_to_the_first_process(capture: CaptureCall) -> None:
    run = capture((), parent_with_a_child_left_behind, tracepoints=TP_PROCEXIT)
    run.only("PROCEXIT_1_E", tid=run.result).expect(status=0, ret=0, sig=0, core=0, reaper_tid=1)


def test_procexit_leaves_children_to_the_subreaper(capture: CaptureCall) -> None:
    def call() -> int:
        assert syscall("prctl", PR_SET_CHILD_SUBREAPER, 1) == 0
        return parent_with_a_child_left_behind()

    run = capture((), call, tracepoints=TP_PROCEXIT)
    run.only("PROCEXIT_1_E", tid=run.result).expect(
        status=0, ret=0, sig=0, core=0, reaper_tid=run.pid
    )

# SPDX-License-Identifier: Apache-2.0
"""ptrace(2)."""

from __future__ import annotations

import ctypes
import errno
import os
import signal

from tests.driver.fix_capture import CaptureCall
from tests.driver.native import buffer, pointer, syscall
from tests.reference.decode import Dyn
from tests.reference.tables import vocabulary

EVENTS = ("PTRACE_X",)
TRACEME, PEEKDATA, CONT, ATTACH, DETACH = 0, 2, 7, 16, 17
REQUEST = vocabulary("ptrace_requests")
NOTHING = Dyn(0, 0)


def stopped_child(word: ctypes.Array[ctypes.c_char]) -> int:
    """A child that asked to be traced and stopped; it lives until it is killed."""
    pid = os.fork()
    if pid == 0:
        syscall("ptrace", TRACEME, 0, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(len(word))
    os.waitpid(pid, 0)
    return pid


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_ptrace_traceme(capture: CaptureCall) -> None:
    run = capture("ptrace", lambda: syscall("ptrace", TRACEME, 0, 0, 0))
    event = run.last("PTRACE_X")
    assert event.params["res"] == 0
    assert event.params["request"] == REQUEST["PTRACE_TRACEME"]
    assert event.params["pid"] == 0


def test_ptrace_peek_has_the_value_that_was_read(capture: CaptureCall) -> None:
    word = buffer((0x1122334455667788).to_bytes(8, "little"))

    def call() -> tuple[int, int]:
        pid = stopped_child(word)
        result = syscall("ptrace", PEEKDATA, pid, pointer(word), buffer(8))
        end(pid)
        return pid, result

    run = capture("ptrace", call)
    pid, result = run.result
    assert result == 0
    run.last("PTRACE_X").expect(
        res=0,
        addr=Dyn(0, pointer(word)),
        data=Dyn(0, 0x1122334455667788),
        request=REQUEST["PTRACE_PEEKDATA"],
        pid=pid,
    )


def test_ptrace_continue_with_a_signal(capture: CaptureCall) -> None:
    def call() -> tuple[int, int]:
        pid = stopped_child(buffer(1))
        result = syscall("ptrace", CONT, pid, 0, signal.SIGTERM)
        os.waitpid(pid, 0)
        return pid, result

    run = capture("ptrace", call)
    pid, result = run.result
    assert result == 0
    run.last("PTRACE_X").expect(
        res=0,
        addr=NOTHING,
        data=Dyn(1, signal.SIGTERM),
        request=REQUEST["PTRACE_CONT"],
        pid=pid,
    )


def test_ptrace_attach_to_nobody(capture: CaptureCall) -> None:
    run = capture("ptrace", lambda: syscall("ptrace", ATTACH, 4194303, 5, 6))
    run.last("PTRACE_X").expect(
        res=-errno.ESRCH,
        addr=NOTHING,
        data=NOTHING,
        request=REQUEST["PTRACE_ATTACH"],
        pid=4194303,
    )

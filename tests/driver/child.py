# SPDX-License-Identifier: Apache-2.0
"""Code run in a process of its own.

The process that opened the device is never recorded, so whatever a test wants to see is
done by a child. What the child returns comes back through shared memory: that takes no
system call, so nothing is recorded but what the test does.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

LIMIT_S = 60  # of one child; software emulation is slow
RESULT_SIZE = 1 << 20


class Child(NamedTuple):
    pid: int
    status: int  # as of waitpid
    result: Any  # None where it executed something else or was killed


def in_child(call: Callable[[], Any]) -> Child:
    """Runs the callable in a child to its end; what it raises fails the test."""
    shared = mmap.mmap(-1, RESULT_SIZE)
    pid = os.fork()
    if pid == 0:
        _be_the_child(call, shared)
    _, status = os.waitpid(pid, 0)
    if shared[:1] == b"\0":
        return Child(pid, status, None)
    raised, value = pickle.loads(shared[1:])
    if raised:
        raise AssertionError(f"in the child:\n{value}")
    return Child(pid, status, value)


def _be_the_child(call: Callable[[], Any], shared: mmap.mmap) -> None:
    signal.alarm(LIMIT_S)
    try:
        outcome = (False, call())
    except BaseException:
        outcome = (True, traceback.format_exc())
    content = pickle.dumps(outcome)
    shared[1 : 1 + len(content)] = content
    shared[:1] = b"\1"
    os._exit(0)

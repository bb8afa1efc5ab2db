# SPDX-License-Identifier: Apache-2.0
"""The module goes and comes back while the system works."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.driver.consumer import TP_PROCEXIT, Consumer
from tests.driver.native import spawn, syscall
from tests.reference.tables import syscalls

LOADED = Path("/sys/module/falcomod")


def load() -> None:
    fd = os.open(os.environ["FALCOMOD_MODULE"], os.O_RDONLY)
    assert syscall("finit_module", fd, "", 0) == 0
    os.close(fd)
    assert LOADED.exists()


def unload() -> int:
    return syscall("delete_module", "falcomod", os.O_NONBLOCK)


def files() -> None:
    while True:
        os.close(os.open("/proc/self/stat", os.O_RDONLY))


def processes() -> None:
    while True:
        os.waitpid(spawn("clone", signal.SIGCHLD), 0)


def programs() -> None:
    while True:
        os.spawnv(os.P_WAIT, "/bin/busybox", ["true"])


def sleeper() -> None:
    """A call that is in flight all the time: it began before and ends after."""
    ready, _done = os.pipe()
    os.read(ready, 1)


@pytest.fixture
def busy_system() -> Iterator[list[int]]:
    """Pids of processes that make calls without end."""
    pids = [run_forever(work) for work in (files, processes, programs, sleeper)]
    yield pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def run_forever(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(1)
    return pid


def test_unload_while_calls_are_in_flight(busy_system: list[int]) -> None:
    for _ in range(8):
        with Consumer() as consumer:
            consumer.configure()
            consumer.select(syscalls(), tracepoints=TP_PROCEXIT)
            consumer.start()
            time.sleep(0.2)
            assert consumer.totals().produced > 0
        assert unload() == 0
        assert not LOADED.exists()
        assert not Path("/dev/falcomod").exists()
        load()
    for pid in busy_system:
        assert os.waitpid(pid, os.WNOHANG) == (0, 0)


def test_unload_while_somebody_reads(busy_system: list[int]) -> None:
    with Consumer() as consumer:
        consumer.configure()
        consumer.select(syscalls())
        consumer.start()
        assert unload() == -errno.EAGAIN
        assert consumer.wait(5)
    assert LOADED.exists()
    assert busy_system

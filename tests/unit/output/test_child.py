# SPDX-License-Identifier: Apache-2.0
"""Processes that read from us: real ones, and none of them stays."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.output import child as child_module
from falcomod.output.child import Child
from falcomod.output.interrupt import Interrupt, Interrupted
from tests.recorded_sink import eventually


@pytest.fixture
def interrupt() -> Iterator[Interrupt]:
    """At the end no process is left, no zombie and no descriptor."""
    before = set(os.listdir("/proc/self/fd"))
    made = Interrupt()
    yield made
    made.close()
    assert set(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def pid_of(path: Path) -> int:
    """That a shell wrote there."""
    assert eventually(lambda: path.exists() and path.read_text().endswith("\n"))
    return int(path.read_text())


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_reads_to_the_end_and_its_exit_code_is_known(
    tmp_path: Path, interrupt: Interrupt
) -> None:
    child = Child(f"cat > {tmp_path}/out; exit 3", interrupt)
    child.write(b"x" * 1_000_000)
    assert not child.has_ended
    assert child.wait() == 3
    assert (tmp_path / "out").stat().st_size == 1_000_000


def test_signal_that_ended_it_is_known(interrupt: Interrupt) -> None:
    child = Child("kill -9 $$", interrupt)
    assert eventually(lambda: child.has_ended)
    assert child.end(0) == -signal.SIGKILL


def test_who_does_not_read_breaks_the_pipe(interrupt: Interrupt) -> None:
    child = Child("exec <&-; sleep 0.05", interrupt)
    with pytest.raises(BrokenPipeError):
        child.write(bytes(1 << 20))
    child.wait()


def test_it_dies_of_a_broken_pipe_as_programs_do(tmp_path: Path, interrupt: Interrupt) -> None:
    # Python ignores SIGPIPE; a program that inherited that would go on for ever.
    child = Child(f"(yes; echo $? > {tmp_path}/code) | true", interrupt)
    child.wait()
    assert pid_of(tmp_path / "code") == 128 + signal.SIGPIPE


def test_write_to_who_waits_can_be_ended_and_ends_the_group(
    tmp_path: Path, interrupt: Interrupt
) -> None:
    child = Child(f"sleep 1000 & echo $! > {tmp_path}/pid; wait", interrupt)
    threading.Timer(0.05, interrupt.set).start()
    with pytest.raises(Interrupted):
        child.write(bytes(1 << 20))
    sleeper = pid_of(tmp_path / "pid")
    assert child.end(1000) == -signal.SIGTERM
    assert eventually(lambda: not is_alive(sleeper))


def test_wait_for_its_end_can_be_ended(interrupt: Interrupt) -> None:
    child = Child("exec sleep 1000", interrupt)
    threading.Timer(0.05, interrupt.set).start()
    with pytest.raises(Interrupted):
        child.wait()


def test_end_waits_for_a_while(interrupt: Interrupt) -> None:
    began_s = time.monotonic()
    assert Child("exec sleep 1000", interrupt).end(0.1) == -signal.SIGTERM
    assert 0.1 <= time.monotonic() - began_s < 10


def test_who_does_not_heed_the_polite_signal_is_killed(
    tmp_path: Path, interrupt: Interrupt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "TERM_WAIT_S", 0.1)
    child = Child(
        f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 1000; done", interrupt
    )
    pid_of(tmp_path / "pid")
    assert child.end(0) == -signal.SIGKILL


def test_signals_of_the_terminal_do_not_reach_it(tmp_path: Path, interrupt: Interrupt) -> None:
    child = Child(f"echo $$ > {tmp_path}/pid; cat", interrupt)
    pid = pid_of(tmp_path / "pid")
    assert os.getpgid(pid) == pid != os.getpgid(0)
    assert child.wait() == 0


def test_process_that_cannot_be_started(
    interrupt: Interrupt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "SHELL", "/no/shell")
    with pytest.raises(FileNotFoundError):
        Child("true", interrupt)


def test_descriptor_that_cannot_be_had_leaves_no_process(
    tmp_path: Path, interrupt: Interrupt, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeper: list[int] = []

    def refuse(_pid: int) -> int:
        sleeper.append(pid_of(tmp_path / "pid"))
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "pidfd_open", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        Child(f"sleep 1000 & echo $! > {tmp_path}/pid; wait", interrupt)
    assert eventually(lambda: not is_alive(sleeper[0]))

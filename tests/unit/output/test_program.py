# SPDX-License-Identifier: Apache-2.0
"""Alerts for programs: real ones that read, do not read, end, and fail."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from falcomod.alert.model import Alert
from falcomod.config.model import Config
from falcomod.config.output_options import ProgramOutput
from falcomod.errors import UserError
from falcomod.output.program import ProgramSink, spec
from falcomod.output.sink import NotAllWritten
from tests.recorded_sink import alert, eventually

Make = Callable[[str, bool], ProgramSink]


def line(alert: Alert) -> str:
    return alert.output


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes sinks and closes them; no process is left, no zombie and no descriptor."""
    before = set(os.listdir("/proc/self/fd"))
    made: list[ProgramSink] = []

    def make_one(command: str, keep_alive: bool) -> ProgramSink:
        made.append(ProgramSink(command, line, keep_alive=keep_alive, end_wait_s=5))
        return made[-1]

    yield make_one
    for sink in made:
        sink.close()
    assert set(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_each_alert_has_a_process_and_is_waited_for(tmp_path: Path, make: Make) -> None:
    sink = make(f"cat >> {tmp_path}/out; echo $$ >> {tmp_path}/pids", False)
    sink.write([alert(number) for number in range(3)])
    assert (tmp_path / "out").read_text() == "alert 0\nalert 1\nalert 2\n"
    assert len(set((tmp_path / "pids").read_text().split())) == 3


def test_one_process_has_all_alerts(tmp_path: Path, make: Make) -> None:
    sink = make(f"echo $$ >> {tmp_path}/pids; cat >> {tmp_path}/out", True)
    sink.write([alert(0), alert(1)])
    sink.write([alert(2)])
    sink.close()
    assert (tmp_path / "out").read_text() == "alert 0\nalert 1\nalert 2\n"
    assert len((tmp_path / "pids").read_text().split()) == 1


def test_process_that_ended_is_started_anew(tmp_path: Path, make: Make) -> None:
    sink = make(f"head -n 1 >> {tmp_path}/out", True)
    for number in range(3):
        sink.write([alert(number)])
        assert eventually(lambda: sink._child is not None and sink._child.has_ended)
    assert (tmp_path / "out").read_text() == "alert 0\nalert 1\nalert 2\n"


def test_reopen_starts_it_anew_when_it_has_read_everything(tmp_path: Path, make: Make) -> None:
    sink = make(f"cat >> {tmp_path}/out; echo end >> {tmp_path}/out", True)
    sink.write([alert(0)])
    sink.reopen()
    sink.write([alert(1)])
    sink.close()
    assert (tmp_path / "out").read_text() == "alert 0\nend\nalert 1\nend\n"


@pytest.mark.parametrize("keep_alive", [False, True])
def test_program_that_is_not_there_fails_and_says_so(make: Make, keep_alive: bool) -> None:
    sink = make("exec /no/such/program 2>/dev/null", keep_alive)
    # A pipe takes a line before the shell has found out; more it does not take.
    long = alert(output="x" * 200_000)
    with pytest.raises(NotAllWritten, match="the program ended with exit code 127") as caught:
        sink.write([long, alert(1)])
    assert caught.value.written == 0


def test_program_that_fails_for_one_alert(make: Make) -> None:
    sink = make("read line; test \"$line\" != 'alert 1'", False)
    with pytest.raises(NotAllWritten, match="exit code 1") as caught:
        sink.write([alert(number) for number in range(3)])
    assert caught.value.written == 1
    with pytest.raises(NotAllWritten, match="signal SIGKILL"):
        make("kill -9 $$", False).write([alert()])


def test_program_that_does_not_read_may_end_well(make: Make) -> None:
    make("exec true", False).write([alert(output="x" * 200_000)])


@pytest.mark.parametrize("keep_alive", [False, True])
def test_program_that_sleeps_is_waited_for_until_somebody_says_so(
    make: Make, keep_alive: bool
) -> None:
    sink = make("exec sleep 1000", keep_alive)
    threading.Timer(0.05, sink.interrupt).start()
    with pytest.raises(NotAllWritten, match="canceled"):
        sink.write([alert(output="x" * 200_000)])


def test_close_ends_a_program_that_does_not_end(make: Make) -> None:
    sink = ProgramSink("exec sleep 1000", line, keep_alive=True, end_wait_s=0.05)
    sink.write([alert()])
    began_s = time.monotonic()
    sink.close()
    assert time.monotonic() - began_s < 10
    sink.interrupt()


def test_spec_follows_the_options(tmp_path: Path) -> None:
    def wanted(program: str, keep_alive: bool = False) -> Config:
        return Config(
            program_output=ProgramOutput(enabled=True, program=program, keep_alive=keep_alive)
        )

    assert spec(Config(), line) is None
    assert spec(wanted("a"), line) == spec(wanted("a"), line)
    assert spec(wanted("a"), line) != spec(wanted("a", keep_alive=True), line)
    made = spec(wanted(f"cat > {tmp_path}/out"), line)
    assert made is not None
    sink = made.open()
    sink.write([alert(0)])
    sink.close()
    assert (tmp_path / "out").read_text() == "alert 0\n"
    empty = spec(wanted(" "), line)
    assert empty is not None
    with pytest.raises(UserError, match=r"program_output\.program: there is none"):
        empty.open()

# SPDX-License-Identifier: Apache-2.0
"""What a capture is shows in its content; how it is opened does not change what it gives."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from falcomod.app import captures
from falcomod.app.captures import Capture, kind_of, open_capture, peek
from falcomod.engine.decode.schema import EVENTS
from falcomod.engine.match.ruleset import RulesetBuilder
from falcomod.errors import CaptureError
from tests.capture_files import HOSTNAME, audit_lines, opened, write

SCAP = opened("/etc/shadow", "/etc/passwd", "/etc/group")
LINES = audit_lines("a", "b")


def events_of(capture: Capture) -> list[int]:
    """Numbers of its events."""
    found: list[int] = []
    faults: list[BaseException] = []
    builder = RulesetBuilder()
    builder.rule(0, builder.constant(True), tuple(EVENTS))
    rulesets = {capture.event_source: builder.build()}
    engine = capture.engine(rulesets, lambda _, view: found.append(view.number), faults.append)
    while not engine.at_end:
        engine.run(100, 100)
    assert faults == []
    assert engine.counters()["events"] == len(found)
    return found


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (SCAP, "syscall"),
        (gzip.compress(SCAP), "syscall"),
        (LINES, "k8s_audit"),
        (gzip.compress(LINES), "k8s_audit"),
        (b"\xef\xbb\xbf \n" + LINES, "k8s_audit"),
        (b"[" + LINES, "k8s_audit"),
        (b"", "syscall"),
        (b"\x1f\x8bnothing packed", "syscall"),
    ],
)
def test_kind_is_told_by_content(head: bytes, kind: str) -> None:
    assert kind_of(head[: captures.HEAD_SIZE]) == kind


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("content", "source", "count"), [(SCAP, "syscall", 3), (LINES, "k8s_audit", 2)]
)
def test_file_gives_its_events(
    tmp_path: Path, content: bytes, source: str, count: int, pack: Callable[[bytes], bytes]
) -> None:
    path = write(tmp_path / "any.name", pack(content))
    capture = open_capture(path)
    assert capture.event_source == source
    assert events_of(capture) == list(range(1, count + 1))
    assert capture.position == capture.size == os.path.getsize(path)
    assert capture.fault is None
    assert capture.counters()["events"] == count
    capture.close()


def test_host_is_that_of_the_capture(tmp_path: Path) -> None:
    assert open_capture(write(tmp_path / "x", SCAP)).hostname == HOSTNAME
    assert open_capture(write(tmp_path / "y", LINES)).hostname == ""


def test_state_is_that_of_the_capture_only(tmp_path: Path) -> None:
    capture = open_capture(write(tmp_path / "x", SCAP))
    assert isinstance(capture, captures.RecordCapture)
    assert capture.state.tids() == [42]


def test_broken_end_is_a_fault_behind_what_is_whole(tmp_path: Path) -> None:
    capture = open_capture(write(tmp_path / "x", SCAP[:-20]))
    assert events_of(capture) == [1, 2]
    assert capture.fault is not None
    assert "offset" in capture.fault
    assert str(tmp_path / "x") in capture.fault


def test_bad_line_is_told_a_few_times_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(captures.log, "warning", lambda *parts: told.append(str(parts[1])))
    count = captures.BAD_LINES_TOLD + 3
    capture = open_capture(write(tmp_path / "x", LINES + b"{no json\n" * count))
    assert events_of(capture) == [1, 2]
    assert len(told) == captures.BAD_LINES_TOLD
    assert f"{tmp_path / 'x'}:3:" in told[0]
    assert capture.counters()["bad_json"] == count


@pytest.mark.parametrize("content", [b"", b"neither of them", b"\0" * 100])
def test_what_is_no_capture_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CaptureError):
        open_capture(write(tmp_path / "x", content))


@pytest.mark.parametrize("path", ["/no/such/file", "/"])
def test_what_cannot_be_read_is_refused(path: str) -> None:
    assert peek(path) == b""
    with pytest.raises(CaptureError, match=path):
        open_capture(path)


def test_terminal_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda descriptor: descriptor == 0)
    with pytest.raises(CaptureError, match="it is a terminal"):
        open_capture("-")


READ_STDIN = """
from falcomod.app.captures import open_capture
from tests.unit.app.test_captures import events_of
capture = open_capture("-")
print(capture.event_source, events_of(capture))
"""


@pytest.mark.parametrize(
    ("content", "said"), [(SCAP, "syscall [1, 2, 3]"), (LINES, "k8s_audit [1, 2]")]
)
@pytest.mark.parametrize("way", ["pipe", "file"])
def test_standard_input_loses_nothing_to_the_look_at_it(
    tmp_path: Path, content: bytes, said: str, way: str
) -> None:
    command = [sys.executable, "-c", READ_STDIN]
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"}
    if way == "pipe":
        done = subprocess.run(
            command, input=content, capture_output=True, check=False, env=environment
        )
    else:
        with open(write(tmp_path / "x", content), "rb") as file:
            done = subprocess.run(
                command, stdin=file, capture_output=True, check=False, env=environment
            )
    assert done.stdout.decode().strip() == said, done.stderr.decode()

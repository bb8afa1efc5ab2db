# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from falcomod.app.audit.lines import AuditLines, are_audit_lines
from falcomod.errors import CaptureError

EVENTS: list[dict[str, Any]] = [{"auditID": str(number)} for number in range(4)]
LINES = b"".join(json.dumps(event).encode() + b"\n" for event in EVENTS)


def read(tmp_path: Path, content: bytes, **options: Any) -> tuple[list[Any], list[str], AuditLines]:
    """The events of a file, the faults told, and what read it."""
    path = tmp_path / "audit.log"
    path.write_bytes(content)
    faults: list[str] = []
    reader = AuditLines(
        str(path), on_fault=lambda error: faults.append(f"{error}".split("/")[-1]), **options
    )
    return list(reader), faults, reader


def test_an_event_a_line(tmp_path: Path) -> None:
    events, faults, reader = read(tmp_path, LINES)
    assert (events, faults, reader.fault) == (EVENTS, [], None)
    assert reader.position == reader.size == len(LINES)
    assert (reader.counters()["lines"], reader.counters()["events"]) == (4, 4)


@pytest.mark.parametrize(
    "content",
    [
        LINES[:-1],
        LINES.replace(b"\n", b"\r\n"),
        LINES.replace(b"\n", b"\n\n  \n"),
        b"\xef\xbb\xbf" + LINES,
        json.dumps(EVENTS).encode(),
        json.dumps({"kind": "EventList", "items": EVENTS}).encode(),
        json.dumps(EVENTS[:2]).encode() + b"\n" + LINES[-34:],
        gzip.compress(LINES),
        gzip.compress(LINES[:20]) + gzip.compress(LINES[20:]),
        gzip.compress(LINES) + b"\0" * 512,
    ],
)
def test_forms_that_hold_the_same_events(tmp_path: Path, content: bytes) -> None:
    events, faults, reader = read(tmp_path, content)
    assert (events, faults, reader.fault) == (EVENTS, [], None)


def test_lines_that_are_passed_over_are_told_by_their_place(tmp_path: Path) -> None:
    lines = [b'{"a": }', b"7", b'[{"b": 1}, 2]', b'{"kind": "EventList", "items": 3}', b'{"c": 1}']
    events, faults, reader = read(tmp_path, b"\n".join(lines))
    assert events == [{"b": 1}, {"c": 1}]
    assert [fault.partition(": ")[0] for fault in faults] == [
        "audit.log:1:7", "audit.log:2", "audit.log:3", "audit.log:4",
    ]  # fmt: skip
    assert "no JSON" in faults[0]
    assert reader.counters() == {
        "lines": 5, "events": 2, "bad_json": 1, "no_event": 3, "too_long": 0,
    }  # fmt: skip


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 900 + b"]" * 900])
def test_deep_nesting_is_a_fault_or_no_event(tmp_path: Path, deep: bytes) -> None:
    events, faults, _ = read(tmp_path, deep + b"\n" + LINES)
    assert events == EVENTS
    assert len(faults) == 1


@pytest.mark.parametrize("bad", [b'{"a": "\xff"}', b'{"a": NaN}', b'{"a": "\\ud800"}', b"{} x"])
def test_what_json_does_not_allow_is_a_fault(tmp_path: Path, bad: bytes) -> None:
    events, faults, _ = read(tmp_path, bad + b"\n" + LINES)
    assert events == EVENTS
    assert len(faults) == 1


def test_a_line_too_long_is_passed_over_once(tmp_path: Path) -> None:
    long = b'{"a": "' + b"x" * 2_000_000 + b'"}\n'
    events, faults, reader = read(tmp_path, LINES + long + LINES, line_size_max=1000)
    assert events == EVENTS * 2
    assert faults == ["audit.log:5: longer than 1000 bytes"]
    assert reader.counters()["too_long"] == 1


def test_a_line_of_the_size_allowed_is_read(tmp_path: Path) -> None:
    events, faults, _ = read(tmp_path, LINES, line_size_max=len(LINES) // 4 - 1)
    assert (events, faults) == (EVENTS, [])
    events, faults, _ = read(tmp_path, LINES, line_size_max=len(LINES) // 4 - 2)
    assert (events, len(faults)) == ([], 4)


def test_gzip_data_that_ends_early_gives_what_it_holds(tmp_path: Path) -> None:
    many = LINES * 20_000
    packed = gzip.compress(many, 1)
    events, faults, reader = read(tmp_path, packed[: len(packed) // 2])
    assert 0 < len(events) < 80_000
    assert events == [EVENTS[number % 4] for number in range(len(events))]
    assert faults == []
    assert reader.fault is not None
    assert reader.fault.endswith(": the gzip data ends too early")


def test_corrupt_gzip_data_is_one_fault(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(os.urandom(5000)))
    packed[1000] ^= 0xFF
    packed[-8] ^= 0xFF
    _, _, reader = read(tmp_path, bytes(packed))
    assert reader.fault is not None
    assert "corrupt gzip data" in reader.fault


def test_a_pipe_that_is_silent_yields_none() -> None:
    out, into = os.pipe()
    reader = AuditLines(f"/dev/fd/{out}")
    events = iter(reader)
    assert next(events) is None
    os.write(into, LINES + b'{"half"')
    assert [next(events) for _ in EVENTS] == EVENTS
    assert next(events) is None
    os.write(into, b': "now"}')
    os.close(into)
    assert list(events) == [{"half": "now"}]
    assert reader.size == 0
    reader.close()
    os.close(out)


def test_a_closed_reader_has_no_more_events(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    path.write_bytes(LINES * 100_000)
    with_rest = AuditLines(str(path))
    events = iter(with_rest)
    assert next(events) == EVENTS[0]
    with_rest.close()
    assert 0 < len(list(events)) < 399_999


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="absent: No such file or directory"):
        AuditLines(str(tmp_path / "absent"))
    reader = AuditLines(str(tmp_path))
    assert list(reader) == []
    assert reader.fault == f"{tmp_path}: offset 0: Is a directory"


@pytest.mark.parametrize(
    ("first", "are"),
    [
        (b'{"kind"', True),
        (b" \n[", True),
        (b"\xef\xbb\xbf{", True),
        (gzip.compress(LINES), True),
        (gzip.compress(LINES)[:30], True),
        (gzip.compress(b"\x0a\x0d\x0d\x0a"), False),
        (b"\x0a\x0d\x0d\x0a", False),
        (b"\x1f\x8bnonsense", False),
        (b"", False),
    ],
)
def test_lines_are_told_by_how_a_file_begins(first: bytes, are: bool) -> None:
    assert are_audit_lines(first) is are

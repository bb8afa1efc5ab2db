# SPDX-License-Identifier: Apache-2.0
"""The file is whole or absent, and says nothing for a process that is gone."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.app import status_file
from falcomod.app.status_file import Status, StatusFile, running

COUNTERS = {"produced": 10, "delivered": 8, "lost": 2}


def mine(directory: Path) -> StatusFile:
    return StatusFile("ebpf", version="0.1.0", abi=1, rings=4, directory=directory)


def test_another_process_reads_what_was_written(tmp_path: Path) -> None:
    file = mine(tmp_path / "falcomod")
    file.write({})
    file.write(COUNTERS)
    started = status_file.started(os.getpid())
    assert started > 0
    assert running(tmp_path / "falcomod") == [
        Status("ebpf", "0.1.0", 1, 4, os.getpid(), started, events=10, drops=2)
    ]
    assert [path.name for path in (tmp_path / "falcomod").iterdir()] == [
        f"status-{os.getpid()}.json"
    ]


def test_removed_file_tells_nothing(tmp_path: Path) -> None:
    file = mine(tmp_path)
    file.write(COUNTERS)
    file.remove()
    assert running(tmp_path) == []
    file.remove()


def left_behind(directory: Path, **changes: object) -> Path:
    file = mine(directory)
    file.write(COUNTERS)
    path = directory / f"status-{os.getpid()}.json"
    found = json.loads(path.read_text())
    path.unlink()
    stale = directory / "status-left.json"
    stale.write_text(json.dumps({**found, **changes}))
    return stale


@pytest.mark.parametrize("changes", [{"pid": 2**22 + 1}, {"started": 1}, {"pid": -1}])
def test_file_of_a_process_that_is_gone_is_ignored_and_swept(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    stale = left_behind(tmp_path, **changes)
    assert running(tmp_path) == []
    mine(tmp_path).sweep()
    assert not stale.exists()


def test_sweep_leaves_files_of_those_that_run(tmp_path: Path) -> None:
    mine(tmp_path).write(COUNTERS)
    mine(tmp_path).sweep()
    assert len(running(tmp_path)) == 1


def test_no_directory_means_nobody_runs(tmp_path: Path) -> None:
    assert running(tmp_path / "none") == []


@pytest.mark.parametrize(
    "changes", [{"events": "many"}, {"rings": None}, {"abi": True}, {"driver": 7}]
)
def test_file_with_wrong_values_is_ignored(tmp_path: Path, changes: dict[str, object]) -> None:
    left_behind(tmp_path, **changes)
    assert running(tmp_path) == []


@given(st.text() | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_any_text_is_a_status_or_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        status_file.parse(text)


def test_place_that_cannot_be_written_is_a_debug_line_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("falcomod"), "propagate", True)
    caplog.set_level(logging.DEBUG, "falcomod")
    (tmp_path / "file").write_text("")
    file = mine(tmp_path / "file" / "below")
    file.write(COUNTERS)
    file.write(COUNTERS)
    file.sweep()
    file.remove()
    assert [record.levelname for record in caplog.records] == ["DEBUG"]
    assert "reason=Not a directory" in caplog.text

# SPDX-License-Identifier: Apache-2.0
"""`falcomod rules explain`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from falcomod import cli
from falcomod.errors import EXIT_OK, EXIT_USAGE, EXIT_USER
from tests.capture_files import RULES, opened, write


@pytest.fixture
def line(tmp_path: Path) -> list[str]:
    rules = write(tmp_path / "r.yaml", RULES)
    path = write(tmp_path / "x.scap", opened("/a", "/etc/shadow"))
    return ["rules", "explain", "Shadow opened", "-r", rules, "--capture", path, "--event"]


def test_text_shows_the_tree_and_the_reason(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run([*line, "1"]) == EXIT_OK
    out = capsys.readouterr().out
    assert out.splitlines()[0].endswith("event 1, openat by cat (42): no match")
    assert '  fd.name = /etc/shadow does not hold: fd.name is "/a"' in out.splitlines()


def test_json(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*line, "2", "--json"]) == EXIT_OK
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["condition"]["holds"]) == ("match", True)


def test_unknown_event(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*line, "9"]) == EXIT_USER
    assert "no event 9: its events are numbered from 1 to 2" in capsys.readouterr().err


def test_capture_and_event_have_to_be_named(line: list[str]) -> None:
    assert cli.run(line[:-3]) == EXIT_USAGE
    assert cli.run([*line, "0"]) == EXIT_USAGE

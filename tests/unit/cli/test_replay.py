# SPDX-License-Identifier: Apache-2.0
"""`falcomod replay`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from falcomod import cli
from falcomod.errors import EXIT_OK, EXIT_USAGE, EXIT_USER
from tests.capture_files import RULES, opened, write


@pytest.fixture
def rules(tmp_path: Path) -> str:
    return write(tmp_path / "r.yaml", RULES)


def test_alerts_and_summary_are_apart(
    rules: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "x.scap", opened("/a", "/etc/shadow"))
    assert cli.run(["replay", path, path, "-r", rules, "--json"]) == EXIT_OK
    out, err = capsys.readouterr()
    assert len([json.loads(line) for line in out.splitlines()]) == 4
    assert "Events detected: 4" in err


def test_damaged_file_exits_with_1(
    rules: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "x.scap", opened("/a", "/b")[:-20])
    assert cli.run(["replay", path, "-r", rules]) == EXIT_USER
    out, err = capsys.readouterr()
    assert "opened /a" in out
    assert err.rstrip().splitlines()[-1].startswith(f"Error: {path}: offset ")


def test_no_capture_exits_with_1(rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["replay", "/no/such.scap", "-r", rules]) == EXIT_USER
    assert "/no/such.scap" in capsys.readouterr().err


def test_no_file_is_wrong_usage() -> None:
    assert cli.run(["replay"]) == EXIT_USAGE


def test_old_spelling_reads_the_same(
    rules: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "x.scap", opened("/a"))
    assert cli.run(["-r", rules, "-e", path, "-o", "json_output=true"]) == EXIT_OK
    out = capsys.readouterr().out.splitlines()
    assert json.loads(out[0])["rule"] == "Anything opened"
    assert "Events detected: 1" in out


def test_explain_is_offered(rules: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "x.scap", opened("/a"))
    assert cli.run(["replay", path, "-r", rules, "--explain"]) == EXIT_OK
    assert "The condition holds because:" in capsys.readouterr().err

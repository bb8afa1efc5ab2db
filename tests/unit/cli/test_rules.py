# SPDX-License-Identifier: Apache-2.0
"""`falcomod rules validate`."""

from __future__ import annotations

from pathlib import Path

import pytest

from falcomod import cli
from falcomod.errors import EXIT_OK, EXIT_USAGE, EXIT_USER

GOOD = "- rule: x\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n"


def test_good_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(GOOD)
    assert cli.run(["rules", "validate", str(path)]) == EXIT_OK
    assert capsys.readouterr().out == f"{path}: Ok\n"


def test_warnings_are_shown_below_their_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(GOOD + "- macro: unused\n  condition: evt.type = close\n")
    assert cli.run(["rules", "validate", str(path)]) == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{path}: Ok, with warnings"
    assert "LOAD_UNUSED_MACRO" in "\n".join(lines[1:])


def test_every_fault_is_reported_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(
        GOOD.replace("evt.type = open", "evt.type =")
        + GOOD.replace("rule: x", "rule: y").replace("INFO", "LOUD")
    )
    assert cli.run(["rules", "validate", str(path)]) == EXIT_USER
    err = capsys.readouterr().err
    assert f"{path}:3:" in err
    assert f"{path}:10:" in err


def test_shipped_rules_are_good(capsys: pytest.CaptureFixture[str]) -> None:
    shipped = Path(__file__).resolve().parents[3] / "rules/falcomod_rules.yaml"
    assert cli.run(["rules", "validate", str(shipped)]) == EXIT_OK
    assert capsys.readouterr().out == f"{shipped}: Ok\n"


def test_no_file_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rules", "validate"]) == EXIT_USAGE
    assert "FILE" in capsys.readouterr().err

# SPDX-License-Identifier: Apache-2.0
"""`falcomod rules validate`."""

from __future__ import annotations

import json
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


def test_results_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD)
    bad.write_text(GOOD.replace("INFO", "LOUD"))
    assert cli.run(["rules", "validate", str(good), "--json"]) == EXIT_OK
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out)["falco_load_results"][0]["successful"] is True
    arguments = ["rules", "validate", str(good), str(bad), "-o", "json_output=true"]
    assert cli.run(arguments) == EXIT_USER
    captured = capsys.readouterr()
    found = json.loads(captured.out)["falco_load_results"]
    assert [result["successful"] for result in found] == [True, False]
    assert captured.err.startswith(f"Error: {good}: Ok\n{bad}: Invalid\n 1 errors: [LOAD_ERR_")


def test_results_in_the_words_of_falco(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(GOOD.replace("INFO", "LOUD"))
    assert cli.run(["rules", "validate", "-v", str(path)]) == EXIT_USER
    assert capsys.readouterr().out.startswith(
        f"{path}: Invalid\n1 Errors:\nIn rules content: ({path}:0:0)\n    rule 'x': ({path}:0:2)\n"
    )


def test_descriptions_beside_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(GOOD)
    assert cli.run(["rules", "validate", "--describe", "--json", str(path)]) == EXIT_OK
    told = json.loads(capsys.readouterr().out)
    assert told["falco_describe_results"]["rules"][0]["info"]["name"] == "x"
    assert cli.run(["rules", "validate", "--describe", str(path)]) == EXIT_OK
    assert capsys.readouterr().out.splitlines()[:2] == [f"{path}: Ok", ""]


def test_bad_rules_can_be_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(GOOD + GOOD.replace("rule: x", "rule: y").replace("INFO", "LOUD"))
    assert cli.run(["rules", "validate", "--skip-bad-rules", str(path)]) == EXIT_OK
    captured = capsys.readouterr()
    assert captured.out.startswith(f"{path}: Invalid\n{path}:10:13: Invalid priority\n")
    assert captured.err == ""


def test_shipped_rules_are_good(capsys: pytest.CaptureFixture[str]) -> None:
    shipped = Path(__file__).resolve().parents[3] / "rules/falcomod_rules.yaml"
    assert cli.run(["rules", "validate", str(shipped)]) == EXIT_OK
    assert capsys.readouterr().out == f"{shipped}: Ok\n"


def test_no_file_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rules", "validate"]) == EXIT_USAGE
    assert "FILE" in capsys.readouterr().err

# SPDX-License-Identifier: Apache-2.0
"""`falcomod config`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from falcomod import cli
from falcomod.config import load as load_module
from falcomod.config.example import text
from falcomod.config.load import from_text
from falcomod.config.model import Config
from falcomod.config.schema import schema
from falcomod.errors import EXIT_OK, EXIT_USER


@pytest.fixture(autouse=True)
def no_default_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(load_module, "DEFAULT_PATH", str(tmp_path / "none.yaml"))


def test_check_of_good_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main, further = tmp_path / "main.yaml", tmp_path / "further.yaml"
    main.write_text(f"config_files: [{further}]\n")
    further.write_text("json_outptu: true\n")
    assert cli.run(["config", "check", "-c", str(main), "-o", "priority=error"]) == EXIT_OK
    out, err = capsys.readouterr()
    assert out.splitlines()[:3] == [
        f"{main}: ok",
        f"{further}: ok, with warnings",
        f"    {further}:1:1: unknown key 'json_outptu'",
    ]
    assert err == ""


def test_check_of_bad_files_tells_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("json_output: perhaps\njson_outptu: true\npriority: x\n")
    assert cli.run(["config", "check", "-c", str(path)]) == EXIT_USER
    out, err = capsys.readouterr()
    assert out.startswith(f"{path}: faulty\n    {path}:2:1: unknown key")
    assert err.startswith(f"Error: {path}:1:14: ")
    assert f"\n{path}:3:11: " in err


def test_check_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["config", "check"]) == EXIT_OK
    assert capsys.readouterr().out == "no configuration file: the defaults: ok\n"


def test_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("http_output: {headers: {Authorization: hunter2}}\n")
    arguments = ["config", "show", "-c", str(path), "-o", "priority=error"]
    assert cli.run(arguments) == EXIT_OK
    hidden = capsys.readouterr().out
    assert "hunter2" not in hidden
    assert cli.run([*arguments, "--secrets"]) == EXIT_OK
    config = from_text(capsys.readouterr().out, "shown.yaml").config
    assert config.http_output.headers == {"Authorization": "hunter2"}
    assert config.priority == "error"
    assert from_text(hidden, "shown.yaml").config.priority == "error"


def test_schema_and_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["config", "schema"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out) == schema()
    assert cli.run(["config", "example"]) == EXIT_OK
    printed = capsys.readouterr().out
    assert printed == text()
    assert from_text(printed, "falcomod.yaml").config == Config()

# SPDX-License-Identifier: Apache-2.0
"""`falcomod fields`."""

from __future__ import annotations

import json

import pytest

from falcomod import cli
from falcomod.errors import EXIT_OK, EXIT_USER


def test_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["fields"]) == EXIT_OK
    text = capsys.readouterr().out
    assert cli.run(["fields", "--json"]) == EXIT_OK
    found = json.loads(capsys.readouterr().out)
    assert cli.run(["fields", "--markdown"]) == EXIT_OK
    markdown = capsys.readouterr().out
    assert cli.run(["fields", "-N"]) == EXIT_OK
    names = capsys.readouterr().out.split()
    assert "proc.name" in names
    assert [row["name"] for part in found for row in part["fields"]] == names
    assert all(f"| `{name}` |" in markdown and f"\n{name} " in text for name in names)
    assert markdown.startswith("## ")


def test_hidden_fields_come_with_all(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["fields", "-N"])
    usual = set(capsys.readouterr().out.split())
    cli.run(["fields", "-N", "--all"])
    assert set(capsys.readouterr().out.split()) > usual


def test_unknown_source_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["fields", "--source", "nowhere"]) == EXIT_USER
    assert "no event source 'nowhere'; there are" in capsys.readouterr().err

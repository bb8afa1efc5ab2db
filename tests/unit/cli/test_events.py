# SPDX-License-Identifier: Apache-2.0
"""`falcomod events`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from falcomod import cli
from falcomod.errors import EXIT_OK, EXIT_USAGE, EXIT_USER
from tests.capture_files import numbers, opened, write


@pytest.fixture
def path(tmp_path: Path) -> str:
    return write(tmp_path / "x.scap", opened("/a", "/b", "/c"))


def test_forms_of_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for line in (
        ["events"],
        ["events", "list"],
        ["events", "--json"],
        ["events", "list", "--json"],
    ):
        assert cli.run(line) == EXIT_OK
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert json.loads(printed[2]) == json.loads(printed[3])
    assert cli.run(["events", "--markdown"]) == EXIT_OK
    assert "| `openat` |" in capsys.readouterr().out


def test_form_before_a_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["events", "--json", "list"]) == EXIT_USAGE
    assert "--json stands behind 'list'" in capsys.readouterr().err


def test_read_prints_what_the_filter_picks(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["events", "read", path]) == EXIT_OK
    assert numbers(capsys.readouterr().out.splitlines()) == [1, 2, 3]
    assert cli.run(["events", "read", path, "fd.name = /b", "-p", "%evt.num %fd.name"]) == EXIT_OK
    assert capsys.readouterr().out == "2 /b\n"
    assert cli.run(["events", "read", path, "-n", "1", "--json"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out)["evt.num"] == 1


def test_bad_filter_is_told_with_its_place(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["events", "read", path, "fd.nme = /b"]) == EXIT_USER
    err = capsys.readouterr().err
    assert "fd.nme = /b" in err
    assert "^" in err

# SPDX-License-Identifier: Apache-2.0
"""The entry point: version, usage, and that a bug is a message, too."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from falcomod import __version__, cli
from falcomod.errors import EXIT_BUG, EXIT_USAGE


def test_version_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "falcomod", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"falcomod version: {__version__}\n"


def test_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["strat"]) == EXIT_USAGE
    assert "strat" in capsys.readouterr().err


def test_bug_is_a_message_and_not_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @click.command()
    def broken() -> None:
        raise KeyError("x")

    monkeypatch.setitem(cli.cli.commands, "broken", broken)
    monkeypatch.delenv("FALCOMOD_DEBUG", raising=False)
    assert cli.run(["broken"]) == EXIT_BUG
    err = capsys.readouterr().err
    assert "KeyError" in err
    assert "Traceback" not in err


def test_message_with_a_hostile_name_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rules", "validate", "/absent\x1b[2J"]) != 0
    assert "\x1b" not in "".join(capsys.readouterr())

# SPDX-License-Identifier: Apache-2.0
"""Falco's command lines mean commands."""

from __future__ import annotations

import pytest

from falcomod import cli
from falcomod.cli.old_options import OLD, modern
from falcomod.errors import EXIT_OK, EXIT_USAGE

REPLAY = ["-o", "engine.kind=replay", "-o", "engine.replay.capture_file=x.scap"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([], []),
        (["start", "-e", "x"], ["start", "-e", "x"]),
        (["--help"], ["--help"]),
        (["--version"], ["--version"]),
        (["-c", "f.yaml"], ["start", "-c", "f.yaml"]),
        (["-r", "r.yaml", "-e", "x.scap"], ["start", "-r", "r.yaml", *REPLAY]),
        (["-ex.scap"], ["start", *REPLAY]),
        (["--list"], ["fields"]),
        (["--list", "-N"], ["fields", "-N"]),
        (["--list=syscall", "--markdown"], ["fields", "--source", "syscall", "--markdown"]),
        (["--list-events", "--format", "json"], ["events", "--json"]),
        (["--list-syscall-events"], ["events"]),
        (["-r", "r.yaml", "-L"], ["rules", "list", "-r", "r.yaml"]),
        (["-l", "A rule", "-r", "r"], ["rules", "describe", "A rule", "-r", "r"]),
        (["-V", "a", "-V", "b"], ["rules", "validate", "a", "--verbose", "b", "--verbose"]),
        (["--validate=a"], ["rules", "validate", "a", "--verbose"]),
        (["-e"], ["start", "-e"]),
    ],
)
def test_line_means(old: list[str], new: list[str]) -> None:
    assert modern(old) == new


def test_every_old_option_leads_to_a_command_that_exists() -> None:
    for name, old in OLD.items():
        command: object = cli.cli
        for word in old.command:
            command = getattr(command, "commands", {}).get(word)
            assert command is not None, (name, old.command)


def test_old_line_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--list", "-N"]) == EXIT_OK
    assert "proc.name" in capsys.readouterr().out.splitlines()


def test_value_that_is_missing_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["-e"]) == EXIT_USAGE
    assert "-e" in capsys.readouterr().err

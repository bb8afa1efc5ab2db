# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share; test_configuration has what they do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from falcomod import cli
from falcomod.cli.options import together


@pytest.mark.parametrize("command", [["start"], ["replay"], ["rules", "explain"]])
def test_commands_that_load_rules_have_them(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run([*command, "--help"])
    out = capsys.readouterr().out
    for name in ("--config", "--rules", "--option"):
        assert name in out


def test_options_are_listed_in_the_order_they_are_stated() -> None:
    @click.command()
    @together(click.option("--second", help="x"), click.option("--first", help="x"))
    def command(first: str, second: str) -> None: ...

    shown = CliRunner().invoke(command, ["--help"]).output
    assert 0 < shown.index("--second") < shown.index("--first")


def visible(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from visible(inner, f"{path} {name}")


COMMANDS = dict(visible(cli.cli, "falcomod"))
LINE = 64  # characters that a list of commands has for one, on a terminal of 80


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_says_what_it_does_in_a_line(path: str) -> None:
    first = (COMMANDS[path].help or "").strip().split("\n\n")[0]
    assert first.endswith(".")
    assert len(first) <= LINE


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_says_what_it_does(path: str) -> None:
    for option in COMMANDS[path].params:
        if isinstance(option, click.Option) and not option.hidden:
            assert (option.help or "")[:1].isupper(), option.name
            assert (option.help or "").endswith("."), option.name


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("falcomod rel", "plain,reload\n"),
        ("falcomod start --driver e", "plain,ebpf\n"),
        ("falcomod start -c /et", "file,/et\n"),
        ("falcomod replay mon", "file,mon\n"),
        ("falcomod status --socket /r", "file,/r\n"),
    ],
)
def test_shells_complete_what_is_typed(words: str, completed: str) -> None:
    environment = {
        **os.environ,
        "_FALCOMOD_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "falcomod"], env=environment, capture_output=True, check=False
    )
    assert done.stdout.decode() == completed

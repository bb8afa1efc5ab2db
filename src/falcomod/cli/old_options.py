# SPDX-License-Identifier: Apache-2.0
"""Command lines of Falco, which has options where falcomod has commands.

falcomod -r rules.yaml -e x.scap    falcomod start -r rules.yaml -o engine.kind=replay …
falcomod --list                     falcomod fields
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from falcomod.app import old_answers
from falcomod.cli.old_table import OLD, Old

DEFAULT = ("start",)


class Answer(click.ClickException):
    """What a line asked for is this text, and nothing else."""

    exit_code = 0

    def show(self, file: object = None) -> None:
        """Prints it."""
        click.echo(self.message)


def modern(arguments: Sequence[str]) -> list[str]:
    """The arguments with the command they ask for in front, if they begin with an option.

    Raises Answer where an option only asks something, UserError for one that there cannot be.
    """
    if not arguments or not arguments[0].startswith("-") or arguments[0] in ("-h", "--help"):
        return list(arguments)
    if "--version" in arguments:
        raise Answer(old_answers.version(as_json="json_output=true" in arguments))
    command: tuple[str, ...] = DEFAULT
    parts: list[tuple[Old, str | None]] = []
    for name, value in _read(arguments):
        old = OLD.get(name)
        if old is None or (old.value == "yes" and value is None):
            parts.append((Old(arguments=(name,)), None))
            continue
        if old.answer is not None:
            raise Answer(old.answer(value or ""))
        command = old.command or command
        parts.append((old, value))
    return [*command, *(word for old, value in parts for word in _words(old, value, command))]


def _words(old: Old, value: str | None, command: tuple[str, ...]) -> Iterator[str]:
    """What stands in an option's place in the line of a command."""
    if value is None and old.value == "joined":
        return
    for part in (*old.arguments, *(old.start if command == DEFAULT else ())):
        yield part if value is None else part.replace("{}", value)


def _read(arguments: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Old options with their values; everything else as it stands, without a value."""
    left = list(arguments)
    while left:
        name, value = _split(left.pop(0))
        if name in OLD and OLD[name].value == "yes" and value is None and left:
            value = left.pop(0)
        yield name, value


def _split(argument: str) -> tuple[str, str | None]:
    """The old option and the value within an argument; else all of it, and none."""
    if argument in OLD:
        return argument, None
    if argument.startswith("--"):
        name, joined, value = argument.partition("=")
    else:
        name, joined, value = argument[:2], argument[2:], argument[2:]
    known = name in OLD and OLD[name].value != "no"
    return (name, value) if joined and known else (argument, None)

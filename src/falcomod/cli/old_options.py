# SPDX-License-Identifier: Apache-2.0
"""Command lines of Falco, which has options where falcomod has commands.

falcomod -r rules.yaml -e x.scap    falcomod start -r rules.yaml -o engine.kind=replay …
falcomod --list                     falcomod fields
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OWN = ("-h", "--help", "--version")
DEFAULT = ("start",)


@dataclass(frozen=True, slots=True)
class Old:
    """An option of Falco.

    *command* takes its place at the front of the line.  *arguments* stand where it stood,
    {} in them for its value.  *value* says whether it has one: "no", "yes", or "joined",
    which is one that may follow an equals sign.
    """

    command: tuple[str, ...] = ()
    value: str = "no"
    arguments: tuple[str, ...] = ()


def modern(arguments: Sequence[str]) -> list[str]:
    """The arguments with the command they ask for in front, if they begin with an option."""
    if not arguments or not arguments[0].startswith("-") or arguments[0] in OWN:
        return list(arguments)
    command: tuple[str, ...] = DEFAULT
    rest: list[str] = []
    left = list(arguments)
    while left:
        name, value = _split(left.pop(0))
        old = OLD.get(name)
        if old is None:
            rest.append(value or name)
            continue
        if old.value == "yes" and value is None:
            if not left:
                return [*command, *rest, name]  # which the command refuses
            value = left.pop(0)
        command = old.command or command
        if value is not None or old.value == "no":
            rest += [part.format(value) for part in old.arguments]
    return [*command, *rest]


def _split(argument: str) -> tuple[str, str | None]:
    """The option and the value within an argument; of what is no old option, all is the value."""
    if argument in OLD:
        return argument, None
    if argument.startswith("--"):
        name, equals, value = argument.partition("=")
    else:
        name, equals, value = argument[:2], argument[2:], argument[2:]
    return (name, value) if equals and OLD.get(name, Old()).value != "no" else ("", argument)


OLD = {
    "-e": Old(
        value="yes", arguments=("-o", "engine.kind=replay", "-o", "engine.replay.capture_file={}")
    ),
    "--list": Old(("fields",), "joined", ("--source", "{}")),
    "--list-events": Old(("events",)),
    "--list-syscall-events": Old(("events",)),
    "--format": Old(value="yes", arguments=("--{}",)),
    "-L": Old(("rules", "list")),
    "-l": Old(("rules", "describe"), "yes", ("{}",)),
    "-V": Old(("rules", "validate"), "yes", ("{}", "--verbose")),
    "--validate": Old(("rules", "validate"), "yes", ("{}", "--verbose")),
}

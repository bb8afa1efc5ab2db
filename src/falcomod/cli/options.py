# SPDX-License-Identifier: Apache-2.0
"""Options that several commands have, and the configuration that they make."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import click

from falcomod.app.rules_files import required
from falcomod.config.load import load
from falcomod.config.model import Config
from falcomod.rules.select import by_options

Command = TypeVar("Command", bound=Callable[..., Any])


def configured(command: Command) -> Command:
    """Gives a command the options that configuration() takes, under their names."""
    for add in reversed(CONFIGURATION):
        command = add(command)
    return command


def configuration(
    *,
    path: str | None,
    files: tuple[str, ...],
    overrides: tuple[str, ...],
    only_tags: tuple[str, ...],
    without_tags: tuple[str, ...],
    without_names: tuple[str, ...],
    skip_bad: bool,
    **changes: Any,
) -> Config:
    """The configuration of those options; *changes* are keys set by options of a command alone."""
    if only_tags and (without_tags or without_names):
        raise click.UsageError("-t cannot stand beside -T and -D")
    config = load(path, overrides)
    skip_bad = skip_bad or config.skip_bad_rules
    if files:
        names = list(files) if skip_bad else required(files)
        config = dataclasses.replace(config, rules_files=names)
    steps = config.rules + by_options(only_tags, without_tags, without_names)
    return dataclasses.replace(config, rules=steps, skip_bad_rules=skip_bad, **changes)


PATH = click.option("-c", "--config", "path", metavar="FILE", help="Configuration file.")
OVERRIDES = click.option(
    "-o", "--option", "overrides", multiple=True, metavar="KEY=VALUE",
    help="Set a configuration key, such as engine.kmod.buf_size_preset=5; may be repeated.",
)  # fmt: skip
CONFIGURATION = (
    PATH,
    click.option(
        "-r", "--rules", "files", multiple=True, metavar="FILE",
        help="Rules file or directory, in place of those configured; may be repeated.",
    ),
    OVERRIDES,
    click.option("-t", "only_tags", multiple=True, metavar="TAG", help="Only rules of this tag."),
    click.option("-T", "without_tags", multiple=True, metavar="TAG", help="No rules of this tag."),
    click.option(
        "-D", "without_names", multiple=True, metavar="TEXT",
        help="No rules with this in their name.",
    ),
    click.option(
        "--skip-bad-rules", "skip_bad", is_flag=True,
        help="Leave out rules with a fault, and what depends on them, and go on.",
    ),
)  # fmt: skip

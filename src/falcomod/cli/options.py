# SPDX-License-Identifier: Apache-2.0
"""Options that several commands have; cli.configuration makes a configuration of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def configured(command: Command) -> Command:
    """Gives a command the options that configuration() and loaded() take, under their names."""
    for add in reversed(CONFIGURATION):
        command = add(command)
    return command


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

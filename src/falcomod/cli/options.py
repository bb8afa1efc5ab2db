# SPDX-License-Identifier: Apache-2.0
"""Options that several commands have; cli.configuration makes a configuration of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """A decorator that gives a command all of these, listed in this order."""

    def add_all(command: Command) -> Command:
        for add in reversed(options):
            command = add(command)
        return command

    return add_all


# A name that shells complete; what is there is found out by whoever opens it.
FILE = click.Path(readable=False)

PATH = click.option(
    "-c", "--config", "path", type=FILE, metavar="FILE",
    help="Configuration file, in place of /etc/falcomod/falcomod.yaml.",
)  # fmt: skip
OVERRIDES = click.option(
    "-o", "--option", "overrides", multiple=True, metavar="KEY=VALUE",
    help="Set a configuration key, such as engine.kmod.buf_size_preset=5; may be repeated.",
)  # fmt: skip

# What configuration() and loaded() take, under their names.
configured = together(
    PATH,
    click.option(
        "-r", "--rules", "files", multiple=True, type=FILE, metavar="FILE",
        help="Rules file or directory, in place of those configured; may be repeated.",
    ),
    OVERRIDES,
    click.option(
        "-t", "only_tags", multiple=True, metavar="TAG",
        help="Only rules of this tag; may be repeated.",
    ),
    click.option(
        "-T", "without_tags", multiple=True, metavar="TAG",
        help="No rules of this tag; may be repeated.",
    ),
    click.option(
        "-D", "without_names", multiple=True, metavar="TEXT",
        help="No rules with this in their name; may be repeated.",
    ),
    click.option(
        "--skip-bad-rules", "skip_bad", is_flag=True,
        help="Leave out rules with a fault, and what depends on them, and go on.",
    ),
)  # fmt: skip

# What commands that write alerts take.
alerting = together(
    click.option("--json", "json_output", is_flag=True, help="Write alerts as JSON lines."),
    click.option(
        "--explain", is_flag=True,
        help="Say of each alert why its rule matched: on standard error, in JSON as `explanation`.",
    ),
    click.option(
        "-p", "--print", "print_format", metavar="TEXT",
        help="Add TEXT, with fields, to outputs; c: the container; k: the container and its pod.",
    ),
)  # fmt: skip

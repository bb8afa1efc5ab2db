# SPDX-License-Identifier: Apache-2.0
"""Options of commands that ask a running falcomod: which one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def asking(command: Command) -> Command:
    """Gives a command --socket and -c, as `socket` and `path`."""
    for add in reversed(OPTIONS):
        command = add(command)
    return command


OPTIONS = (
    click.option(
        "--socket", metavar="PATH",
        help="Control socket of the falcomod to ask, in place of the configuration's.",
    ),
    click.option(
        "-c", "--config", "path", metavar="FILE",
        help="Configuration file that names the control socket.",
    ),
)  # fmt: skip

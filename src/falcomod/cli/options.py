# SPDX-License-Identifier: Apache-2.0
"""Options that several commands have, and the configuration that they make."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import click

from falcomod.config.load import load
from falcomod.config.model import Config

Command = TypeVar("Command", bound=Callable[..., Any])


def configured(command: Command) -> Command:
    """Gives a command the options that configuration() takes, under their names."""
    for add in reversed(CONFIGURATION):
        command = add(command)
    return command


def configuration(
    *, path: str | None, files: tuple[str, ...], overrides: tuple[str, ...], **changes: Any
) -> Config:
    """The configuration of those options; *changes* are keys set by options of a command alone."""
    config = load(path, overrides)
    if files:
        config = dataclasses.replace(config, rules_files=list(files))
    return dataclasses.replace(config, **changes)


CONFIGURATION = (
    click.option("-c", "--config", "path", metavar="FILE", help="Configuration file."),
    click.option(
        "-r", "--rules", "files", multiple=True, metavar="FILE",
        help="Rules file or directory, in place of those configured; may be repeated.",
    ),
    click.option(
        "-o", "--option", "overrides", multiple=True, metavar="KEY=VALUE",
        help="Set a configuration key, such as engine.kmod.buf_size_preset=5; may be repeated.",
    ),
)  # fmt: skip

# SPDX-License-Identifier: Apache-2.0
"""falcomod config: look at a configuration, and at what there is to configure."""

from __future__ import annotations

import json

import click

from falcomod.cli.options import OVERRIDES, PATH
from falcomod.config import example as example_file
from falcomod.config import schema as json_schema
from falcomod.config import show as shown
from falcomod.config import verdict
from falcomod.config.load import load, load_all
from falcomod.errors import ConfigLoadError


@click.group()
def config() -> None:
    """Check a configuration, show what takes effect and what can."""


@config.command()
@PATH
@OVERRIDES
def check(path: str | None, overrides: tuple[str, ...]) -> None:
    """Check a configuration with all its files.

    Tells every fault and every warning with its place. Exits with 1 where there is a fault.
    """
    try:
        loaded = load_all(path, overrides)
    except ConfigLoadError as fault:
        click.echo("\n".join(verdict.lines(fault.files, fault.warnings, fault.errors)))
        raise
    click.echo("\n".join(verdict.lines(loaded.files, loaded.warnings)))


@config.command()
@PATH
@OVERRIDES
@click.option("--secrets", is_flag=True, help="Show passwords, tokens and headers, too.")
def show(path: str | None, overrides: tuple[str, ...], secrets: bool) -> None:
    """Show the configuration that takes effect.

    All files and -o are put together; what no file says is at its default.
    """
    click.echo(shown.as_yaml(load(path, overrides), secrets=secrets), nl=False)


@config.command()
def schema() -> None:
    """Print the JSON Schema of a configuration file, for editors."""
    click.echo(json.dumps(json_schema.schema(), indent=2, ensure_ascii=False))


@config.command()
def example() -> None:
    """Print a configuration file with every key, explained."""
    click.echo(example_file.text(), nl=False)

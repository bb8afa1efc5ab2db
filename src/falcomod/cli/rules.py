# SPDX-License-Identifier: Apache-2.0
"""falcomod rules: work on rules files."""

from __future__ import annotations

import click

from falcomod.cli.explain import explain


@click.group()
def rules() -> None:
    """Work on rules files."""


@rules.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate(files: tuple[str, ...]) -> None:
    """Check that rules files load together, in the order given.

    Exits with 1 and every fault with its place where they do not.
    """
    # Imported late: other commands work where the engine is not built.
    from falcomod.app.validate import validate_files

    for line in validate_files(files):
        click.echo(line)


rules.add_command(explain)

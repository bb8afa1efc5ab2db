# SPDX-License-Identifier: Apache-2.0
"""falcomod rules list, falcomod rules describe: what there is to know about rules."""

from __future__ import annotations

from typing import Any

import click

from falcomod.cli.configuration import configuration
from falcomod.cli.options import FILE, configured

AS_JSON = click.option(
    "--json", "as_json", is_flag=True, help="As one line of JSON, which Falco's -L prints."
)


@click.command("list")
@click.argument("names", nargs=-1, type=FILE, metavar="[FILE...]")
@configured
@AS_JSON
def list_rules(names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """List the rules of FILEs, or those that a start would load.

    Rules that are off are listed as well, unless -t, -T, -D or a priority chooses.
    """
    config = configuration(**{**options, "files": (*options["files"], *names)})
    # Imported late: other commands work where the engine is not built.
    from falcomod.app.describe import Catalogue

    catalogue = Catalogue.configured(config)
    if as_json or config.json_output:
        click.echo(catalogue.as_json())
    else:
        click.echo("\n".join(catalogue.lines()))


@click.command()
@click.argument("rule")
@click.argument("names", nargs=-1, type=FILE, metavar="[FILE...]")
@configured
@AS_JSON
def describe(rule: str, names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Tell all about RULE: text, fields, events, macros, lists."""
    config = configuration(**{**options, "files": (*options["files"], *names)})
    from falcomod.app.describe import Catalogue

    catalogue = Catalogue.configured(config)
    if as_json or config.json_output:
        click.echo(catalogue.as_json(rule))
    else:
        click.echo("\n".join(catalogue.details(rule)))

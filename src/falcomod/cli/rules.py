# SPDX-License-Identifier: Apache-2.0
"""falcomod rules: work on rules files."""

from __future__ import annotations

import json
from typing import Any

import click

from falcomod.cli.configuration import configuration
from falcomod.cli.describe import describe, list_rules
from falcomod.cli.explain import explain
from falcomod.cli.options import FILE, configured
from falcomod.errors import UserError


@click.group()
def rules() -> None:
    """Check, list, describe and explain rules."""


@rules.command()
@click.argument("names", nargs=-1, required=True, type=FILE, metavar="FILE...")
@configured
@click.option(
    "--json", "as_json", is_flag=True, help="As one line of JSON, which Falco's -V prints."
)
@click.option("--describe", "describes", is_flag=True, help="Tell all about the rules, too.")
@click.option("-v", "--verbose", is_flag=True, help="Tell faults in the way of Falco's -V.")
def validate(
    names: tuple[str, ...], as_json: bool, describes: bool, verbose: bool, **options: Any
) -> None:
    """Check that rules files load together, in the order given.

    Tells every fault with its place. Exits with 1 where there is one.
    """
    config = configuration(**options)
    # Imported late: other commands work where the engine is not built.
    from falcomod.alert.additions import additions_of
    from falcomod.app.describe import table
    from falcomod.app.validate import validate_files
    from falcomod.rules.results import as_json as results_json

    found = validate_files(
        [*options["files"], *names],
        skip_bad=config.skip_bad_rules,
        additions=additions_of(config),
    )
    as_json = as_json or config.json_output
    if as_json:
        told = results_json(found.results)
        if describes and not found.fault:
            told["falco_describe_results"] = found.description()
        click.echo(json.dumps(told, separators=(",", ":")))
    elif verbose:
        click.echo("\n".join(result.verbose() for result in found.results))
    else:
        click.echo("\n".join(found.lines()))
        if found.fault:
            raise found.fault
    if describes and not as_json and not found.fault:
        click.echo("\n".join(["", *table(found.rules)]))
    if found.fault:
        raise UserError(found.summary())


for command in (list_rules, describe, explain):
    rules.add_command(command)

# SPDX-License-Identifier: Apache-2.0
"""falcomod support: what whoever helps wants to know, in one piece of JSON."""

from __future__ import annotations

import json
import sys

import click


@click.command()
@click.option("-c", "--config", "path", metavar="FILE", help="Configuration file.")
@click.option(
    "-o", "--option", "overrides", multiple=True, metavar="KEY=VALUE",
    help="Set a configuration key; may be repeated.",
)  # fmt: skip
def support(path: str | None, overrides: tuple[str, ...]) -> None:
    """Print system, drivers, configuration, rules and status as JSON, with secrets masked.

    Look through it all the same before you hand it on.
    """
    # Imported late: other commands work where the engine is not built.
    from falcomod.app import logs
    from falcomod.app.support import collected

    logs.set_up("critical")
    click.echo(json.dumps(collected(path, overrides, sys.argv), indent=2))

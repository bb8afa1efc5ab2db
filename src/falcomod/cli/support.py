# SPDX-License-Identifier: Apache-2.0
"""falcomod support: what whoever helps wants to know, in one piece of JSON."""

from __future__ import annotations

import json
import sys

import click

from falcomod.cli.options import OVERRIDES, PATH


@click.command()
@PATH
@OVERRIDES
def support(path: str | None, overrides: tuple[str, ...]) -> None:
    """Print what a report of a fault should hold, as JSON.

    System, drivers, configuration, rules, and the status of the falcomod that runs here;
    secrets are masked. Look through it all the same before you hand it on.
    """
    # Imported late: other commands work where the engine is not built.
    from falcomod.app import logs
    from falcomod.app.support import collected

    logs.set_up("critical")
    click.echo(json.dumps(collected(path, overrides, sys.argv), indent=2))

# SPDX-License-Identifier: Apache-2.0
"""falcomod replay: captures in place of this host."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import click

from falcomod.cli.configuration import configuration
from falcomod.cli.options import FILE, alerting, configured
from falcomod.cli.progress import progress_bar


@click.command()
@click.argument("captures", nargs=-1, required=True, type=FILE, metavar="FILE...")
@configured
@alerting
def replay(
    captures: tuple[str, ...],
    json_output: bool,
    explain: bool,
    print_format: str | None,
    **options: Any,
) -> None:
    """Read captures and write the alerts that they would have raised.

    A FILE is a .scap capture or lines of JSON, audit events of Kubernetes; what
    it is shows in its content.  "-" is standard input.  A summary goes to
    standard error.  Exits with 1 where a file is damaged, after what it holds.
    """
    config = configuration(**options)
    if json_output:
        config = dataclasses.replace(config, json_output=True)
    # Imported late: other commands work where the engine is not built.
    from falcomod.app import logs
    from falcomod.app import replay as app

    logs.set_up(config.log_level)
    app.run(
        config,
        captures,
        explain=explain,
        print_format=print_format,
        progress=progress_bar(sys.stderr),
    )

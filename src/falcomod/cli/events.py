# SPDX-License-Identifier: Apache-2.0
"""falcomod events: which there are, and those of a capture."""

from __future__ import annotations

import shutil
import sys
from typing import Any

import click

from falcomod.cli.options import FILE, together

# What _list() takes.
listing = together(
    click.option("--json", "form", flag_value="json", help="As JSON, for programs."),
    click.option("--markdown", "form", flag_value="markdown", help="As Markdown, for documents."),
    click.option("--text", "form", flag_value="text", hidden=True),
)


@click.group(invoke_without_command=True)
@listing
@click.pass_context
def events(context: click.Context, form: str | None) -> None:
    """List the events that rules can be about; read captures."""
    if context.invoked_subcommand is None:
        _list(form)
    elif form:
        raise click.UsageError(f"--{form} stands behind {context.invoked_subcommand!r}")


@events.command("list")
@listing
def list_events(form: str | None) -> None:
    """List the events that rules can be about, with their parameters."""
    _list(form)


@events.command()
@click.argument("capture", type=FILE, metavar="FILE")
@click.argument("condition", default="", metavar="[FILTER]")
@click.option("-p", "--print", "template", default="", metavar="FORMAT",
              help="What to print, such as '%evt.num %proc.cmdline'.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each event.")
@click.option("-n", "--count", "limit", type=click.IntRange(min=1), metavar="NUMBER",
              help="Stop after so many.")  # fmt: skip
@click.option("--internal", is_flag=True, help="Events that the capturing program made, too.")
@click.option("-r", "--rules", multiple=True, type=FILE, metavar="FILE",
              help="Rules files whose macros FILTER uses; may be repeated.")  # fmt: skip
def read(capture: str, condition: str, **options: Any) -> None:
    """Print the events of a capture.

    With FILTER, a condition as rules have it, those for which it holds. FILE is a .scap
    capture or lines of JSON, audit events of Kubernetes; "-" is standard input.
    """
    # Imported late: other commands work where the engine is not built.
    from falcomod.app import read_events

    read_events.read(capture, sys.stdout, condition=condition, **options)


def _list(form: str | None) -> None:
    from falcomod.app import events_table

    if form == "json":
        click.echo(events_table.as_json())
    elif form == "markdown":
        click.echo("\n".join(events_table.markdown()))
    else:
        width = shutil.get_terminal_size().columns
        click.echo("\n".join(events_table.text(width=width)))

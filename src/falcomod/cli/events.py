# SPDX-License-Identifier: Apache-2.0
"""falcomod events: which there are, and those of a capture."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from typing import Any

import click


def listing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options of _list()."""
    for add in FORMS:
        command = add(command)
    return command


FORMS = (
    click.option("--text", "form", flag_value="text", hidden=True),
    click.option("--markdown", "form", flag_value="markdown", help="For documents."),
    click.option("--json", "form", flag_value="json", help="For programs."),
)


@click.group(invoke_without_command=True)
@listing
@click.pass_context
def events(context: click.Context, form: str | None) -> None:
    """List the events that rules can be about, or read those of a capture."""
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
@click.argument("capture", metavar="FILE")
@click.argument("condition", default="", metavar="[FILTER]")
@click.option("-p", "--print", "template", default="", metavar="FORMAT",
              help="What to print, such as '%evt.num %proc.cmdline'.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="A JSON object for each event.")
@click.option("-n", "--count", "limit", type=click.IntRange(min=1), help="Stop after so many.")
@click.option("--internal", is_flag=True, help="Also events that the capturing program made.")
@click.option("-r", "--rules", multiple=True, metavar="FILE",
              help="Rules file or directory whose macros FILTER uses.")  # fmt: skip
def read(capture: str, condition: str, **options: Any) -> None:
    """Print the events of a capture, or those for which the condition FILTER holds.

    FILE is a .scap capture or lines of JSON, audit events of Kubernetes; "-" is
    standard input.
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

# SPDX-License-Identifier: Apache-2.0
"""falcomod fields: what conditions and outputs can name."""

from __future__ import annotations

import shutil

import click


@click.command()
@click.option("--json", "form", flag_value="json", help="As JSON, for programs: a list of classes.")
@click.option("--markdown", "form", flag_value="markdown", help="As Markdown, for documents.")
@click.option("-N", "--names", "form", flag_value="names", help="Names alone.")
@click.option("--text", "form", flag_value="text", hidden=True)
@click.option("--source", metavar="SOURCE", help="Only those of an event source, such as syscall.")
@click.option("--all", "everything", is_flag=True, help="Deprecated and rarely used ones, too.")
def fields(form: str | None, source: str | None, everything: bool) -> None:
    """List the fields of conditions and outputs."""
    # Imported late: other commands work where the engine is not built.
    from falcomod.app import fields_table

    classes = fields_table.select(source=source, everything=everything)
    if form == "json":
        click.echo(fields_table.as_json(classes))
    elif form == "markdown":
        click.echo("\n".join(fields_table.markdown(classes)).lstrip("\n"))
    elif form == "names":
        click.echo("\n".join(fields_table.names(classes)))
    else:
        width = shutil.get_terminal_size().columns
        click.echo("\n".join(fields_table.text(classes, width=width)))

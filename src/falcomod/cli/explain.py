# SPDX-License-Identifier: Apache-2.0
"""falcomod rules explain: why a rule matches an event, or does not."""

from __future__ import annotations

import json
from typing import Any

import click

from falcomod.cli.configuration import configuration
from falcomod.cli.options import FILE, configured


@click.command()
@click.argument("rule")
@configured
@click.option(
    "--capture",
    required=True,
    type=FILE,
    metavar="FILE",
    help="Capture that has the event.",
)
@click.option(
    "--event", "number", required=True, type=click.IntRange(min=1), metavar="NUMBER",
    help="Number of the event, as %evt.num and `falcomod events read` show it.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
def explain(rule: str, capture: str, number: int, as_json: bool, **options: Any) -> None:
    """Show why RULE matches an event of a capture, or does not.

    Every part of the condition stands in a line of its own: whether it holds,
    what it is, and the value of the field there.
    """
    config = configuration(**options)
    # Imported late: other commands work where the engine is not built.
    from falcomod.app import logs
    from falcomod.app.explain import explain_event

    logs.set_up("error")
    explanation = explain_event(config, rule, capture, number)
    if as_json:
        click.echo(json.dumps(explanation.as_json(), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(explanation.lines()))

# SPDX-License-Identifier: Apache-2.0
"""falcomod start: run in the foreground."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from falcomod.cli.configuration import loaded
from falcomod.cli.metadata_options import METADATA, changed, with_metadata
from falcomod.cli.options import alerting, configured
from falcomod.cli.service_options import with_service
from falcomod.config.engine_options import DRIVERS
from falcomod.config.load import Loaded


@click.command()
@configured
@click.option(
    "--driver", "kind", type=click.Choice(DRIVERS),
    help="Where events come from; auto takes the first driver that works.",
)  # fmt: skip
@alerting
@with_service
@with_metadata
def start(
    kind: str | None,
    json_output: bool,
    explain: bool,
    duration: float | None,
    print_format: str | None,
    unbuffered: bool,
    pidfile: str | None,
    dry_run: bool,
    enabled: tuple[str, ...],
    disabled: tuple[str, ...],
    **options: Any,
) -> None:
    """Watch this host and write alerts until stopped.

    SIGHUP, a changed file and `falcomod reload` have configuration and rules read again;
    SIGUSR1 has output files opened anew. Falco's options work, too, without the command:
    falcomod -c falco.yaml -r rules.yaml.
    """

    def load() -> Loaded:
        found = loaded(**{key: options[key] for key in options if key not in METADATA})
        config = changed(found.config, **{key: options[key] for key in METADATA})
        if kind:
            engine = dataclasses.replace(config.engine, kind=kind)
            config = dataclasses.replace(config, engine=engine)
        if json_output:
            config = dataclasses.replace(config, json_output=True)
        if unbuffered:
            config = dataclasses.replace(config, buffered_outputs=False)
        return dataclasses.replace(found, config=config)

    # Imported late: other commands work where the engine is not built.
    from falcomod.app import event_sources, startup

    startup.run(
        load,
        duration_s=duration,
        explain=explain,
        print_format=print_format,
        pidfile=pidfile,
        dry_run=dry_run,
        sources=event_sources.chosen(enabled, disabled),
    )

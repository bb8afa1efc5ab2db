# SPDX-License-Identifier: Apache-2.0
"""falcomod start: run in the foreground."""

from __future__ import annotations

import dataclasses

import click

from falcomod.config.load import load
from falcomod.config.model import DRIVERS


@click.command()
@click.option("-c", "--config", "path", metavar="FILE", help="Configuration file.")
@click.option(
    "-r", "--rules", "files", multiple=True, metavar="FILE",
    help="Rules file or directory, in place of those configured; may be repeated.",
)  # fmt: skip
@click.option(
    "-o", "--option", "overrides", multiple=True, metavar="KEY=VALUE",
    help="Set a configuration key, such as engine.kmod.buf_size_preset=5; may be repeated.",
)  # fmt: skip
@click.option(
    "--driver", "kind", type=click.Choice(DRIVERS),
    help="Where events come from; auto takes the first driver that works.",
)  # fmt: skip
@click.option("--json", "json_output", is_flag=True, help="Write alerts as JSON lines.")
@click.option(
    "--duration", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
    help="Stop by itself after so long.",
)  # fmt: skip
def start(
    path: str | None,
    files: tuple[str, ...],
    overrides: tuple[str, ...],
    kind: str | None,
    json_output: bool,
    duration: float | None,
) -> None:
    """Watch this host and write alerts until stopped."""
    config = load(path, overrides)
    if files:
        config = dataclasses.replace(config, rules_files=list(files))
    if kind:
        engine = dataclasses.replace(config.engine, kind=kind)
        config = dataclasses.replace(config, engine=engine)
    if json_output:
        config = dataclasses.replace(config, json_output=True)
    # Imported late: other commands work where the engine is not built.
    from falcomod.app import logs, startup

    logs.set_up(config.log_level)
    startup.run(config, config_path=path, duration_s=duration)

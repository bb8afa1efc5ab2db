# SPDX-License-Identifier: Apache-2.0
"""falcomod start: run in the foreground."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from falcomod.cli.metadata_options import changed, with_metadata
from falcomod.cli.options import configuration, configured
from falcomod.config.engine_options import DRIVERS


@click.command()
@configured
@click.option(
    "--driver", "kind", type=click.Choice(DRIVERS),
    help="Where events come from; auto takes the first driver that works.",
)  # fmt: skip
@click.option("--json", "json_output", is_flag=True, help="Write alerts as JSON lines.")
@click.option(
    "--explain", is_flag=True,
    help="Say of each alert why its rule matched: on standard error, in JSON as `explanation`.",
)  # fmt: skip
@click.option(
    "--duration", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
    help="Stop by itself after so long.",
)  # fmt: skip
@with_metadata
def start(
    kind: str | None,
    json_output: bool,
    explain: bool,
    duration: float | None,
    cri: tuple[str, ...],
    disable_cri_async: bool,
    k8s_api: str | None,
    k8s_api_cert: str | None,
    k8s_node: str | None,
    **options: Any,
) -> None:
    """Watch this host and write alerts until stopped."""
    config = changed(
        configuration(**options),
        cri=cri,
        disable_cri_async=disable_cri_async,
        k8s_api=k8s_api,
        k8s_api_cert=k8s_api_cert,
        k8s_node=k8s_node,
    )
    if kind:
        engine = dataclasses.replace(config.engine, kind=kind)
        config = dataclasses.replace(config, engine=engine)
    if json_output:
        config = dataclasses.replace(config, json_output=True)
    # Imported late: other commands work where the engine is not built.
    from falcomod.app import logs, startup

    logs.set_up(config.log_level)
    if config.engine.kind == "replay":
        from falcomod.app import replay

        replay.run_configured(config, explain=explain)
        return
    startup.run(config, config_path=options["path"], duration_s=duration, explain=explain)

# SPDX-License-Identifier: Apache-2.0
"""All outputs there are."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.output.spec import Line, Spec


class Row(NamedTuple):
    """An output: a block of the configuration with `enabled`, and the module of its sink."""

    name: str
    key: str
    module: str  # has spec(config, line); imported only where the output is switched on


def specs(config: Config, line: Line, *, explain: bool = False) -> list[Spec]:
    """The outputs that are switched on; *line* is what alerts look like.

    Explanations, where asked for, are part of JSON alerts; beside texts they go to standard
    error.  Raises UserError where there is no output.
    """
    found = []
    for row in SINKS:
        if getattr(config, row.key).enabled:
            spec: Spec | None = import_module(row.module).spec(config, line)
            if spec is not None:
                found.append(spec)
    if not found:
        raise UserError(
            "no output configured: switch one on, for example with -o stdout_output.enabled=true"
        )
    if explain and not config.json_output:
        from falcomod.output import explanation

        found.append(explanation.spec())
    return found


SINKS = (
    Row("stdout", "stdout_output", "falcomod.output.stdout"),
    Row("file", "file_output", "falcomod.output.file"),
    Row("syslog", "syslog_output", "falcomod.output.syslog"),
    Row("program", "program_output", "falcomod.output.program"),
    Row("http", "http_output", "falcomod.output.http"),
    Row("grpc", "grpc_output", "falcomod.output.grpc_output"),
)

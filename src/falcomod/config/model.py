# SPDX-License-Identifier: Apache-2.0
"""Every option, stated once: name, type, default and what it is for.

Keys and their meaning are those of falco.yaml where falco.yaml has them; a
nested key is a nested dataclass.  Reading, checking and printing all follow
from these classes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def option(default: Any, doc: str, choices: tuple[str, ...] = ()) -> Any:
    """A dataclass field with its documentation; lists are copied for each instance."""
    metadata = {"doc": doc, "choices": choices}
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)


PRIORITIES = (
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "informational",
    "info",
    "debug",
)


@dataclass(frozen=True)
class Kmod:
    """The kernel module."""

    ring_size_mb: int = option(8, "ring of each CPU in MiB, a power of two from 1 to 512")


@dataclass(frozen=True)
class Engine:
    """Where events come from."""

    kind: str = option("auto", "driver: auto takes the first that works", ("auto", "kmod"))
    kmod: Kmod = field(default_factory=Kmod, metadata={"doc": "the kernel module"})


@dataclass(frozen=True)
class FalcoLibs:
    """Limits of the state kept about processes."""

    thread_table_size: int = option(262144, "threads known at the same time at the most")
    snaplen: int = option(80, "bytes kept of what a call reads or writes, up to 32768")


@dataclass(frozen=True)
class StdoutOutput:
    """Alerts on standard output."""

    enabled: bool = option(True, "write alerts to standard output")


@dataclass(frozen=True)
class Config:
    """All options of one run."""

    rules_files: list[str] = option([], "rules files, in order; none: the shipped rules")
    priority: str = option("debug", "rules less severe than this stay off", PRIORITIES)
    rule_matching: str = option(
        "first", "of the rules that match an event, alert on", ("first", "all")
    )
    json_output: bool = option(False, "write alerts as JSON, one line each")
    json_include_output_property: bool = option(True, "keep `output` in JSON alerts")
    json_include_output_fields_property: bool = option(True, "keep `output_fields` in JSON alerts")
    json_include_tags_property: bool = option(True, "keep `tags` in JSON alerts")
    time_format_iso_8601: bool = option(False, "times of text alerts as ISO 8601 in UTC")
    buffered_outputs: bool = option(False, "let standard output gather lines before writing them")
    log_level: str = option("info", "least severe log line written", PRIORITIES)
    engine: Engine = field(default_factory=Engine, metadata={"doc": "where events come from"})
    falco_libs: FalcoLibs = field(default_factory=FalcoLibs, metadata={"doc": "limits of state"})
    stdout_output: StdoutOutput = field(
        default_factory=StdoutOutput, metadata={"doc": "alerts on standard output"}
    )

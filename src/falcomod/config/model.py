# SPDX-License-Identifier: Apache-2.0
"""Every option, stated once: name, type, default and what it is for.

Keys and their meaning are those of falco.yaml where falco.yaml has them; a
nested key is a nested dataclass.  Reading, checking and printing all follow
from these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


def option(
    default: Any,
    doc: str,
    choices: tuple[str, ...] = (),
    *,
    synonyms: Mapping[str, str] = MappingProxyType({}),
    least: int | None = None,
    most: int | None = None,
    also: str = "",
) -> Any:
    """A dataclass field with its documentation; lists are copied for each instance.

    *default* is a value, or a class of options: then the key is a block of them.
    *choices* are all values there are, *synonyms* other spellings of them; *least* and
    *most* bound a number; *also* is a second spelling of the key.
    """
    metadata = {
        "doc": doc,
        "choices": choices,
        "synonyms": synonyms,
        "least": least,
        "most": most,
        "also": also,
    }
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    if isinstance(default, type):
        return field(default_factory=default, metadata=metadata)
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


DRIVERS = ("auto", "kmod", "ebpf")
KINDS = (*DRIVERS, "replay")
RING_DOC = "size of a ring: 1, 2, 3 … 10 stand for 1, 2, 4 … 512 MiB"


@dataclass(frozen=True)
class Kmod:
    """The kernel module."""

    buf_size_preset: int = option(4, RING_DOC, least=1, most=10)


@dataclass(frozen=True)
class Ebpf:
    """The eBPF driver."""

    buf_size_preset: int = option(4, RING_DOC, least=1, most=10)
    # Falco's default is 2.  Rings are merged by time, but within a ring records stay as
    # they were written: CPUs that share one get ahead of each other by a little.
    cpus_for_each_buffer: int = option(
        1,
        "CPUs that share a ring; 0: all share one. More save memory and cost exact order",
        least=0,
    )


@dataclass(frozen=True)
class Replay:
    """A capture in place of a driver."""

    capture_file: str = option(
        "",
        "capture to read with `kind: replay`: .scap, or Kubernetes audit events as lines "
        "of JSON; -: standard input",
    )


@dataclass(frozen=True)
class Engine:
    """Where events come from."""

    kind: str = option(
        "auto",
        "driver: auto takes the first that works; replay reads a capture",
        KINDS,
        synonyms=MappingProxyType({"modern_ebpf": "ebpf"}),
    )
    kmod: Kmod = option(Kmod, "the kernel module")
    ebpf: Ebpf = option(Ebpf, "the eBPF driver", also="modern_ebpf")
    replay: Replay = option(Replay, "a capture in place of a driver")


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
class RulesNamed:
    """Rules by what they are called or how they are marked."""

    rule: str = option("", "name of a rule; * stands for any text")
    tag: str = option("", "tag of rules, whole")


@dataclass(frozen=True)
class RulesSwitched:
    """One step of a selection of rules."""

    enable: RulesNamed = option(RulesNamed, "rules to switch on")
    disable: RulesNamed = option(RulesNamed, "rules to switch off")


@dataclass(frozen=True)
class Config:
    """All options of one run."""

    rules_files: list[str] = option(
        [], "rules files, in order; none: the shipped rules", also="rules_file"
    )
    rules: list[RulesSwitched] = option(
        [], "rules to switch on or off when all files are loaded; the last word counts"
    )
    skip_bad_rules: bool = option(
        False, "leave out rules, macros, lists and files that have a fault, and go on"
    )
    rules_cache_dir: str = option(
        "/var/cache/falcomod", "folder for compiled rules, which start faster; empty: none is used"
    )
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
    engine: Engine = option(Engine, "where events come from")
    falco_libs: FalcoLibs = option(FalcoLibs, "limits of state")
    stdout_output: StdoutOutput = option(StdoutOutput, "alerts on standard output")

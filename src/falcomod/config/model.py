# SPDX-License-Identifier: Apache-2.0
"""Every option, stated once: name, type, default and what it is for.

Keys and their meaning are those of falco.yaml where falco.yaml has them; a
nested key is a nested dataclass.  Reading, checking and printing all follow
from these classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from falcomod.config.container_options import ContainerEngines, Kubernetes
from falcomod.config.engine_options import (
    BaseSyscalls,
    Drops,
    Engine,
    FalcoLibs,
    Plugin,
    Recording,
    Timeouts,
)
from falcomod.config.option import PRIORITIES, option
from falcomod.config.output_options import (
    AppendOutput,
    FileOutput,
    GrpcOutput,
    HttpOutput,
    OutputsQueue,
    OutputsSpool,
    ProgramOutput,
    RateLimit,
    StdoutOutput,
    SyslogOutput,
)
from falcomod.config.service_options import Control, Grpc, LibsLogger, Metrics, Webserver


@dataclass(frozen=True)
class ConfigFile:
    """A further configuration; a text alone is its path."""

    TEXT: ClassVar[str] = "path"
    path: str = option("", "file, or folder whose files are taken in order of their names")
    strategy: str = option(
        "append",
        "what becomes of a key that an earlier file has: append makes lists longer and replaces "
        "other values, override replaces the whole key, add-only leaves it as it is",
        ("append", "override", "add-only"),
    )


@dataclass(frozen=True)
class RulesNamed:
    """Rules by what they are called or how they are marked."""

    rule: str = option("", "name of a rule, in which * stands for any text")
    tag: str = option("", "tag that rules have")


@dataclass(frozen=True)
class RulesSwitched:
    """One step of a selection of rules."""

    enable: RulesNamed = option(RulesNamed, "rules to switch on")
    disable: RulesNamed = option(RulesNamed, "rules to switch off")


@dataclass(frozen=True)
class Config:
    """All options of one run."""

    rules_files: list[str] = option(
        [],
        "rules files and folders of such, loaded in this order; none: the shipped rules",
        also="rules_file",
    )
    rules: list[RulesSwitched] = option(
        [],
        "rules to switch on or off once all files are loaded; of several items the last one counts",
    )
    skip_bad_rules: bool = option(
        False,
        "leave out rules, macros, lists and files that have a fault, instead of refusing to start",
    )
    rules_cache_dir: str = option(
        "/var/cache/falcomod",
        "folder for compiled rules, with which the next start is faster; empty: none is used",
    )
    priority: str = option("debug", "rules less severe than this stay off", PRIORITIES)
    rule_matching: str = option(
        "first",
        "which alert where several rules match an event: the first of them, or all",
        ("first", "all"),
    )
    json_output: bool = option(False, "write alerts as JSON, one line each")
    json_include_output_property: bool = option(True, "keep `output` in JSON alerts")
    json_include_message_property: bool = option(
        False, "add `message` to JSON alerts: the output without time and priority"
    )
    json_include_output_fields_property: bool = option(True, "keep `output_fields` in JSON alerts")
    json_include_tags_property: bool = option(True, "keep `tags` in JSON alerts")
    time_format_iso_8601: bool = option(False, "write times in alerts as ISO 8601 in UTC")
    buffered_outputs: bool = option(
        False, "write lines to standard output several at a time, not each at once"
    )
    buffer_format_base64: bool = option(False, "write data buffers (evt.buffer) in base64")
    append_output: list[AppendOutput] = option(
        [], "what is added to alerts, one item after the other"
    )
    static_fields: dict[str, str] = option(
        {}, "NAME: VALUE, each of which rules can use as field static.NAME"
    )
    log_stderr: bool = option(True, "write the log to standard error")
    log_syslog: bool = option(False, "write the log to syslog")
    log_level: str = option("info", "least severe lines of the log that are written", PRIORITIES)
    libs_logger: LibsLogger = option(LibsLogger, "the log of Falco's libraries")
    watch_config_files: bool = option(
        True, "reload by itself when a configuration or rules file has changed", restart=True
    )
    config_files: list[ConfigFile] = option(
        [], "further configuration files, and folders of such, merged into this one in this order"
    )
    engine: Engine = option(Engine, "where events come from")
    base_syscalls: BaseSyscalls = option(
        BaseSyscalls, "which system calls are recorded beside those that rules need"
    )
    falco_libs: FalcoLibs = option(FalcoLibs, "limits of what is kept about processes")
    syscall_event_drops: Drops = option(Drops, "what happens when events are lost")
    syscall_event_timeouts: Timeouts = option(Timeouts, "what happens when no event comes at all")
    capture: Recording = option(Recording, "recording of captures when rules match")
    plugins: list[Plugin] = option(
        [],
        "plugins of Falco: k8saudit, json and container are built in, others are left out with a "
        "warning",
        restart=True,
    )
    load_plugins: list[str] | None = option(
        None, "names of the `plugins` that are used; null: all of them", restart=True
    )
    plugins_hostinfo: bool = option(
        True, "tell plugins about the host", unused="what is built in needs no such thing"
    )
    container_engines: ContainerEngines = option(
        ContainerEngines,
        "who is asked about containers, and how long events wait for that",
        restart=True,
    )
    kubernetes: Kubernetes = option(
        Kubernetes,
        "the API server of Kubernetes, which knows deployments, services and namespaces of pods",
        restart=True,
    )
    stdout_output: StdoutOutput = option(StdoutOutput, "alerts on standard output")
    file_output: FileOutput = option(FileOutput, "alerts appended to a file")
    syslog_output: SyslogOutput = option(SyslogOutput, "alerts sent to syslog")
    program_output: ProgramOutput = option(
        ProgramOutput, "alerts on the standard input of a program"
    )
    http_output: HttpOutput = option(
        HttpOutput, "alerts posted to a web server, such as falcosidekick"
    )
    grpc_output: GrpcOutput = option(
        GrpcOutput, "alerts for clients that ask over gRPC; `grpc` has to be enabled as well"
    )
    output_timeout: int = option(
        2000,
        "milliseconds after which the log tells of an output that is still busy with one alert",
        least=1,
    )
    outputs_queue: OutputsQueue = option(OutputsQueue, "alerts that wait for an output, in memory")
    outputs_spool: OutputsSpool = option(
        OutputsSpool,
        "alerts of http_output and grpc_output that wait on disk until they are received",
    )
    outputs: RateLimit = option(RateLimit, "limit of alerts a second, as Falco had it once")
    grpc: Grpc = option(Grpc, "server of Falco's gRPC services")
    webserver: Webserver = option(
        Webserver, "health, versions, metrics and audit events of Kubernetes over HTTP"
    )
    control: Control = option(
        Control, "socket over which `falcomod status` and `falcomod reload` ask"
    )
    metrics: Metrics = option(Metrics, "numbers about falcomod itself, told now and then")
    lifecycle_messages: bool = option(
        True, "raise an alert (rule Falco internal: …) at each start, stop and reload"
    )

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
    path: str = option("", "file, or folder of files, which are taken in order of their names")
    strategy: str = option(
        "append",
        "of keys that are there already: lists grow and the others are replaced; all are "
        "replaced; or none",
        ("append", "override", "add-only"),
    )


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
    json_include_message_property: bool = option(
        False, "add `message` to JSON alerts: the output without time and priority"
    )
    json_include_output_fields_property: bool = option(True, "keep `output_fields` in JSON alerts")
    json_include_tags_property: bool = option(True, "keep `tags` in JSON alerts")
    time_format_iso_8601: bool = option(False, "times of text alerts as ISO 8601 in UTC")
    buffered_outputs: bool = option(False, "let standard output gather lines before writing them")
    buffer_format_base64: bool = option(False, "write data buffers (evt.buffer) in base64")
    append_output: list[AppendOutput] = option(
        [], "what is added to alerts, step by step; suggested_output names container and pod"
    )
    static_fields: dict[str, str] = option(
        {}, "values of fields static.NAME, for conditions and outputs"
    )
    log_stderr: bool = option(True, "write the log to standard error")
    log_syslog: bool = option(False, "write the log to syslog")
    log_level: str = option("info", "least severe log line written", PRIORITIES)
    libs_logger: LibsLogger = option(LibsLogger, "the log of Falco's libraries")
    watch_config_files: bool = option(
        True, "reload when a configuration or rules file has changed", restart=True
    )
    config_files: list[ConfigFile] = option(
        [], "further configuration files and folders of such, merged into this one in order"
    )
    engine: Engine = option(Engine, "where events come from")
    base_syscalls: BaseSyscalls = option(BaseSyscalls, "which calls are recorded")
    falco_libs: FalcoLibs = option(FalcoLibs, "limits of state")
    syscall_event_drops: Drops = option(Drops, "what happens when events are lost")
    syscall_event_timeouts: Timeouts = option(Timeouts, "what happens when no events come")
    capture: Recording = option(Recording, "recording of captures by rules")
    plugins: list[Plugin] = option([], "plugins of Falco", restart=True)
    load_plugins: list[str] | None = option(
        None, "names of `plugins` to use; without this key all of them", restart=True
    )
    plugins_hostinfo: bool = option(
        True, "tell plugins of the host", unused="what is built in needs no such thing"
    )
    container_engines: ContainerEngines = option(
        ContainerEngines,
        "who is asked about containers, and how long events wait for that",
        restart=True,
    )
    kubernetes: Kubernetes = option(Kubernetes, "the API server of Kubernetes", restart=True)
    stdout_output: StdoutOutput = option(StdoutOutput, "alerts on standard output")
    file_output: FileOutput = option(FileOutput, "alerts in a file")
    syslog_output: SyslogOutput = option(SyslogOutput, "alerts in syslog")
    program_output: ProgramOutput = option(ProgramOutput, "alerts for a program")
    http_output: HttpOutput = option(HttpOutput, "alerts for a web server")
    grpc_output: GrpcOutput = option(GrpcOutput, "alerts over gRPC")
    output_timeout: int = option(
        2000, "an output that takes longer for an alert is told of, in milliseconds", least=1
    )
    outputs_queue: OutputsQueue = option(OutputsQueue, "alerts that wait in memory")
    outputs_spool: OutputsSpool = option(OutputsSpool, "alerts that wait on disk")
    outputs: RateLimit = option(RateLimit, "Falco's old limit of alerts")
    grpc: Grpc = option(Grpc, "Falco's gRPC services")
    webserver: Webserver = option(Webserver, "health, versions, metrics, audit events")
    control: Control = option(Control, "the socket of `falcomod status` and `falcomod reload`")
    metrics: Metrics = option(Metrics, "numbers about falcomod itself")
    lifecycle_messages: bool = option(
        True, "tell of start, stop and reload as alerts of rules Falco internal: …"
    )

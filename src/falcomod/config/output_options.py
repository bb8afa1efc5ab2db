# SPDX-License-Identifier: Apache-2.0
"""Options of where alerts go and how they look there."""

from __future__ import annotations

from dataclasses import dataclass

from falcomod.config.option import option


@dataclass(frozen=True)
class StdoutOutput:
    """Alerts on standard output."""

    enabled: bool = option(True, "write alerts to standard output")


@dataclass(frozen=True)
class FileOutput:
    """Alerts appended to a file."""

    enabled: bool = option(False, "write alerts to a file")
    keep_alive: bool = option(
        False, "keep the file open; otherwise it is opened anew each time, and may be moved away"
    )
    filename: str = option("./events.txt", "path of the file, which is made if need be")


@dataclass(frozen=True)
class SyslogOutput:
    """Alerts for the system's log."""

    enabled: bool = option(False, "write alerts to syslog")
    socket: str = option("/dev/log", "path of its socket; or udp://HOST:PORT, tcp://HOST:PORT")
    format: str = option(
        "rfc3164",
        "form of the messages: that of syslog(3), or that of RFC 5424",
        ("rfc3164", "rfc5424"),
    )
    facility: str = option("user", "facility of the messages, such as user, daemon, local0")
    ident: str = option("falcomod", "name of the program that messages give")


@dataclass(frozen=True)
class ProgramOutput:
    """Alerts on the standard input of a program."""

    enabled: bool = option(False, "hand alerts to a program")
    keep_alive: bool = option(
        False, "start it once for all alerts; otherwise it is started for each one"
    )
    program: str = option("", "command that /bin/sh runs")


@dataclass(frozen=True)
class HttpOutput:
    """Alerts posted to a server, such as falcosidekick."""

    enabled: bool = option(False, "post alerts to `url`, one in each request")
    url: str = option("", "address of the server, http://HOST:PORT/PATH or https://…")
    user_agent: str = option("falcosecurity/falco", "User-Agent of the requests")
    insecure: bool = option(False, "accept whatever certificate the server has")
    ca_cert: str = option("", "file with the certificate of the authority that signed the server's")
    ca_bundle: str = option("", "file with certificates of several authorities")
    ca_path: str = option(
        "",
        "folder with certificates of authorities; with all three empty those of the system count",
    )
    mtls: bool = option(False, "show the server a client certificate")
    client_cert: str = option("/etc/ssl/certs/client.crt", "file with the client certificate")
    client_key: str = option("/etc/ssl/certs/client.key", "file with the client certificate's key")
    echo: bool = option(False, "write the server's answers to standard output")
    compress_uploads: bool = option(
        False, "compress alerts with gzip; falcosidekick does not take that"
    )
    keep_alive: bool = option(False, "use one connection for all alerts, which is faster")
    max_consecutive_timeouts: int = option(
        5, "how often an alert is sent again at once when no answer came; then there are pauses"
    )
    headers: dict[str, str] = option(
        {}, "NAME: VALUE of further headers of the requests, such as Authorization", secret=True
    )
    timeout_ms: int = option(
        5000, "milliseconds in which the server has to answer a request", least=1
    )


@dataclass(frozen=True)
class GrpcOutput:
    """Alerts for whoever asks over gRPC."""

    enabled: bool = option(False, "keep alerts for clients of `grpc`")


@dataclass(frozen=True)
class OutputsQueue:
    """Alerts that wait for an output, in memory."""

    capacity: int = option(
        0, "alerts that may wait for each output; further ones are lost and counted. 0: 65536",
        least=0,
    )  # fmt: skip


@dataclass(frozen=True)
class OutputsSpool:
    """Alerts that wait for a receiver of `http_output` or `grpc`, on disk."""

    enabled: bool = option(
        True, "keep alerts on disk until they are received, over crashes and restarts"
    )
    path: str = option("/var/lib/falcomod/spool", "folder for the files, which is made if need be")
    max_size_mb: int = option(
        256,
        "MB of alerts that may wait for each output; further ones are lost and counted",
        least=1,
    )
    fsync: str = option(
        "interval",
        "when alerts are forced onto the disk, so that a crash of the host does not lose them: "
        "always before they are sent, at an interval of a second, or never by falcomod, whose "
        "own crash loses none in any case",
        ("always", "interval", "never"),
    )


@dataclass(frozen=True)
class RateLimit:
    """Falco's old limit of alerts."""

    rate: float = option(0.0, "alerts a second, in the long run; 0: no limit")
    max_burst: int = option(1000, "alerts that may come at once before `rate` holds", least=0)


@dataclass(frozen=True)
class AppendMatch:
    """Which rules; empty keys leave the choice to the others."""

    rule: str = option("", "name of the rule; empty: any")
    source: str = option("", "source of the rule's events, syscall or k8s_audit; empty: any")
    tags: list[str] = option([], "tags, all of which the rule has; empty: any")


@dataclass(frozen=True)
class AppendOutput:
    """What is added to alerts of rules."""

    match: AppendMatch = option(AppendMatch, "which rules' alerts; without it all")
    extra_output: str = option("", "text to put behind the output, with fields such as %proc.name")
    extra_fields: list[str | dict[str, str]] = option(
        [],
        "further `output_fields` of JSON alerts: the name of a field, or NAME: TEXT with fields",
    )
    suggested_output: bool = option(
        False, "name container and pod behind the output, where the rule does not"
    )

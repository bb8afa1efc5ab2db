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
        False, "keep the file open; else it is opened for each alert, and may be moved at any time"
    )
    filename: str = option("./events.txt", "the file; it is made where it is not there")


@dataclass(frozen=True)
class SyslogOutput:
    """Alerts for the system's log."""

    enabled: bool = option(False, "write alerts to syslog")
    socket: str = option("/dev/log", "its socket, a path; or udp://HOST:PORT, tcp://HOST:PORT")
    format: str = option(
        "rfc3164", "of a message: what syslog(3) writes, or RFC 5424", ("rfc3164", "rfc5424")
    )
    facility: str = option("user", "of the messages, such as user, daemon, local0")
    ident: str = option("falcomod", "name of the program in messages")


@dataclass(frozen=True)
class ProgramOutput:
    """Alerts on the standard input of a program."""

    enabled: bool = option(False, "hand alerts to a program")
    keep_alive: bool = option(
        False, "start it once, for all alerts; else it is started for each alert"
    )
    program: str = option("", "a command for the shell")


@dataclass(frozen=True)
class HttpOutput:
    """Alerts posted to a server, such as falcosidekick."""

    enabled: bool = option(False, "post alerts to url")
    url: str = option("", "http:// or https://; each alert is a request")
    user_agent: str = option("falcosecurity/falco", "of the requests")
    insecure: bool = option(False, "take any certificate of the server")
    ca_cert: str = option("", "file of the certificate that the server's is signed with")
    ca_bundle: str = option("", "file of several such certificates")
    ca_path: str = option("", "folder of such certificates; empty: those of the system")
    mtls: bool = option(False, "show the server a certificate")
    client_cert: str = option("/etc/ssl/certs/client.crt", "it")
    client_key: str = option("/etc/ssl/certs/client.key", "and its key")
    echo: bool = option(False, "write the server's answers to standard output")
    compress_uploads: bool = option(False, "send requests compressed with gzip")
    keep_alive: bool = option(False, "keep the connection for the next alert")
    max_consecutive_timeouts: int = option(
        5, "times that an alert is tried again at once when no answer came; then after a while"
    )
    headers: dict[str, str] = option(
        {}, "further headers of requests, such as Authorization", secret=True
    )
    timeout_ms: int = option(5000, "for a request, in milliseconds", least=1)


@dataclass(frozen=True)
class GrpcOutput:
    """Alerts for whoever asks over gRPC."""

    enabled: bool = option(False, "keep alerts for clients of `grpc`")


@dataclass(frozen=True)
class OutputsQueue:
    """Alerts that wait for an output, in memory."""

    capacity: int = option(
        0, "alerts that may wait for each output; further ones are lost, and counted. 0: 65536",
        least=0,
    )  # fmt: skip


@dataclass(frozen=True)
class OutputsSpool:
    """Alerts that wait for a receiver of `http_output` or `grpc`, on disk."""

    enabled: bool = option(True, "keep alerts on disk until they are received")
    path: str = option("/var/lib/falcomod/spool", "folder; it is made where it is not there")
    max_size_mb: int = option(256, "of each output; alerts that do not fit are lost, and counted",
        least=1,
    )  # fmt: skip
    fsync: str = option(
        "interval",
        "when alerts must be on the disk itself: always before they are sent, every second, or "
        "never; a crash of falcomod loses none in any case, one of the host what is younger",
        ("always", "interval", "never"),
    )


@dataclass(frozen=True)
class RateLimit:
    """Falco's old limit of alerts."""

    rate: float = option(0.0, "alerts for each second, in the long run; 0: no limit")
    max_burst: int = option(1000, "alerts that may follow each other at once", least=0)


@dataclass(frozen=True)
class AppendMatch:
    """Which rules; empty keys leave the choice to the others."""

    rule: str = option("", "name of a rule")
    source: str = option("", "of the events: syscall, k8s_audit")
    tags: list[str] = option([], "tags that a rule has, all of them")


@dataclass(frozen=True)
class AppendOutput:
    """What is added to alerts of rules."""

    match: AppendMatch = option(AppendMatch, "of which rules; none named: all")
    extra_output: str = option("", "text behind their output, with fields")
    extra_fields: list[str | dict[str, str]] = option(
        [],
        "further fields of JSON alerts: a field, or NAME: TEXT with fields",
    )
    suggested_output: bool = option(
        False, "name container and pod behind their output, where the rule does not"
    )

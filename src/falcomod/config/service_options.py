# SPDX-License-Identifier: Apache-2.0
"""Options of what falcomod serves and tells of itself."""

from __future__ import annotations

from dataclasses import dataclass

from falcomod.config.option import option


@dataclass(frozen=True)
class Webserver:
    """Health, versions, metrics and audit events of Kubernetes over HTTP."""

    enabled: bool = option(True, "serve them", restart=True)
    threadiness: int = option(0, "threads", unused="one thread serves all connections")
    listen_port: int = option(8765, "port", least=0, most=65535, restart=True)
    listen_address: str = option("0.0.0.0", "IP address", restart=True)
    k8s_healthz_endpoint: str = option("/healthz", "path of the answer to liveness probes")
    prometheus_metrics_enabled: bool = option(
        False, "serve /metrics, where metrics.enabled is true, too"
    )
    k8s_audit_endpoint: str = option(
        "/k8s-audit", "path where audit events are posted to; empty: none are taken"
    )
    ssl_enabled: bool = option(False, "speak TLS", restart=True)
    ssl_certificate: str = option(
        "/etc/falco/falco.pem", "file of the certificate and its key; read again at a reload"
    )
    max_request_bytes: int = option(
        16777216, "size of a request's body at the most; larger ones are refused", least=1
    )


@dataclass(frozen=True)
class Grpc:
    """Falco's gRPC services."""

    enabled: bool = option(False, "serve them", restart=True)
    bind_address: str = option(
        "unix:///run/falco/falco.sock",
        "unix:// and a path; or HOST:PORT, which takes clients with a certificate only",
        restart=True,
    )
    threadiness: int = option(0, "threads; 0: 10", least=0, restart=True)
    socket_mode: str = option("0600", "mode of the unix socket, octal", restart=True)
    private_key: str = option("/etc/falco/certs/server.key", "the server's key")
    cert_chain: str = option("/etc/falco/certs/server.crt", "the server's certificate")
    root_certs: str = option(
        "/etc/falco/certs/ca.crt", "what clients' certificates are signed with"
    )


@dataclass(frozen=True)
class Control:
    """The socket of `falcomod status` and `falcomod reload`."""

    enabled: bool = option(True, "listen there", restart=True)
    socket: str = option("/run/falcomod/falcomod.sock", "a path; its mode is 0600", restart=True)


@dataclass(frozen=True)
class Metrics:
    """Numbers about falcomod itself, now and then."""

    enabled: bool = option(False, "tell them")
    interval: str = option("1h", "how often, such as 30s, 15m, 1h; at least 100ms")
    output_rule: bool = option(True, "as an alert of the rule Falco internal: metrics snapshot")
    output_file: str = option("", "as lines of JSON in this file")
    rules_counters_enabled: bool = option(True, "with matches of rules")
    resource_utilization_enabled: bool = option(True, "with processor and memory in use")
    state_counters_enabled: bool = option(True, "with threads and descriptors known")
    kernel_event_counters_enabled: bool = option(True, "with events made and lost")
    kernel_event_counters_per_cpu_enabled: bool = option(
        False, "of each processor", unused="the drivers' counters are of all processors"
    )
    kernel_iter_event_counters_enabled: bool = option(
        True, "with events of iterators", unused="there are none"
    )
    libbpf_stats_enabled: bool = option(True, "with run times of the eBPF programs")
    plugins_metrics_enabled: bool = option(True, "with numbers of containers")
    jemalloc_stats_enabled: bool = option(False, "of jemalloc", unused="it is not used")
    convert_memory_to_mb: bool = option(True, "memory in MB, else in kB")
    include_empty_values: bool = option(False, "with numbers that are 0")


@dataclass(frozen=True)
class LibsLogger:
    """The log of Falco's libraries."""

    # Before 0.40 Falco's file had it off, and at debug.
    enabled: bool = option(True, "write it", unused="there is one log: log_level", usual=(False,))
    severity: str = option(
        "info",
        "least severe line",
        ("fatal", "critical", "error", "warning", "notice", "info", "debug", "trace"),
        unused="there is one log: log_level",
        usual=("debug",),
    )

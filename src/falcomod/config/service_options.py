# SPDX-License-Identifier: Apache-2.0
"""Options of what falcomod serves and tells of itself."""

from __future__ import annotations

from dataclasses import dataclass

from falcomod.config.option import option


@dataclass(frozen=True)
class Webserver:
    """Health, versions, metrics and audit events of Kubernetes over HTTP."""

    enabled: bool = option(True, "serve HTTP", restart=True)
    threadiness: int = option(0, "threads that serve", unused="one thread serves all connections")
    listen_port: int = option(
        8765, "port to listen on; 0: any that is free", least=0, most=65535, restart=True
    )
    listen_address: str = option(
        "0.0.0.0", "IP address to listen on; :: is all of IPv4 and IPv6", restart=True
    )
    k8s_healthz_endpoint: str = option("/healthz", "path for liveness probes")
    prometheus_metrics_enabled: bool = option(
        False, "serve /metrics for Prometheus; `metrics` has to be enabled as well"
    )
    k8s_audit_endpoint: str = option(
        "/k8s-audit", "path that Kubernetes posts audit events to; empty: none are taken"
    )
    ssl_enabled: bool = option(False, "serve HTTPS in place of HTTP", restart=True)
    ssl_certificate: str = option(
        "/etc/falco/falco.pem", "file with the certificate and its key; read again at a reload"
    )
    client_ca: str = option(
        "",
        "file of authorities; with it, who posts has to show a certificate that one of them signed",
        restart=True,
    )
    max_request_bytes: int = option(
        16777216, "largest body of a request, in bytes; larger ones are refused", least=1
    )


@dataclass(frozen=True)
class Grpc:
    """Falco's gRPC services."""

    enabled: bool = option(False, "serve gRPC", restart=True)
    bind_address: str = option(
        "unix:///run/falco/falco.sock",
        "where to listen: unix:// and a path; or HOST:PORT, for clients with a certificate only",
        restart=True,
    )
    threadiness: int = option(
        0,
        "tens of clients that may read alerts at the same time; 0: ten, which is 100 clients",
        least=0,
        restart=True,
    )
    socket_mode: str = option(
        "0600", "file mode of the unix socket, octal, in quotes", restart=True
    )
    private_key: str = option(
        "/etc/falco/certs/server.key", "file with the server's key; needed at HOST:PORT"
    )
    cert_chain: str = option(
        "/etc/falco/certs/server.crt", "file with the server's certificate; needed at HOST:PORT"
    )
    root_certs: str = option(
        "/etc/falco/certs/ca.crt",
        "file with the authorities that sign clients' certificates; needed at HOST:PORT",
    )


@dataclass(frozen=True)
class Control:
    """The socket of `falcomod status` and `falcomod reload`."""

    enabled: bool = option(True, "listen for them", restart=True)
    socket: str = option(
        "/run/falcomod/falcomod.sock", "path of the socket; its mode is 0600", restart=True
    )


@dataclass(frozen=True)
class Metrics:
    """Numbers about falcomod itself, now and then."""

    enabled: bool = option(False, "collect and tell numbers")
    interval: str = option(
        "1h", "time between two times that they are told, such as 30s, 15m, 1h; at least 100ms"
    )
    output_rule: bool = option(
        True, "tell them as an alert of the rule Falco internal: metrics snapshot"
    )
    output_file: str = option("", "tell them as lines of JSON in this file; empty: in none")
    rules_counters_enabled: bool = option(True, "include how often each rule matched")
    resource_utilization_enabled: bool = option(True, "include use of processor and memory")
    state_counters_enabled: bool = option(True, "include what is known of threads and descriptors")
    kernel_event_counters_enabled: bool = option(True, "include events recorded and lost")
    kernel_event_counters_per_cpu_enabled: bool = option(
        False,
        "include them for each processor",
        unused="the drivers' counters are of all processors",
    )
    kernel_iter_event_counters_enabled: bool = option(
        True, "include events of iterators", unused="there are none"
    )
    libbpf_stats_enabled: bool = option(True, "include run times of the eBPF programs")
    plugins_metrics_enabled: bool = option(True, "include containers and their runtimes")
    jemalloc_stats_enabled: bool = option(
        False, "include numbers of jemalloc", unused="it is not used"
    )
    convert_memory_to_mb: bool = option(True, "tell memory in MB; otherwise in kB")
    include_empty_values: bool = option(False, "include numbers that are 0")


@dataclass(frozen=True)
class LibsLogger:
    """The log of Falco's libraries."""

    # Before 0.40 Falco's file had it off, and at debug.
    enabled: bool = option(
        True, "write that log", unused="there is one log: log_level", usual=(False,)
    )
    severity: str = option(
        "info",
        "least severe lines of it that are written",
        ("fatal", "critical", "error", "warning", "notice", "info", "debug", "trace"),
        unused="there is one log: log_level",
        usual=("debug",),
    )

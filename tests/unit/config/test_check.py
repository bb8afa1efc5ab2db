# SPDX-License-Identifier: Apache-2.0
"""What must hold between options, in Falco's words where Falco refuses the same."""

from __future__ import annotations

import pytest

from falcomod.config.check import CHECKS, Objection, objections
from falcomod.config.document import Mapping, parse
from falcomod.config.findings import Findings, Source
from falcomod.config.model import Config
from falcomod.config.read import Reader


def found(text: str) -> list[Objection]:
    node = parse(text, Source("c.yaml"), Findings())
    assert isinstance(node, Mapping)
    findings = Findings()
    config = Reader(findings).read(Config, node)
    assert findings.faults == []
    return list(objections(config))


def test_nothing_is_wrong_with_the_defaults() -> None:
    assert list(objections(Config())) == []


FATAL = [
    ("webserver: {listen_address: localhost}", "webserver.listen_address",
     'webserver listen address "localhost" is not a valid IP address'),
    ("webserver: {listen_address: ''}", "webserver.listen_address", "is not a valid IP address"),
    ("webserver: {k8s_healthz_endpoint: ''}", "webserver.k8s_healthz_endpoint",
     "must begin with /"),
    ("webserver: {client_ca: /ca.pem}", "webserver.client_ca", "over TLS only"),
    ("webserver: {k8s_audit_endpoint: x}", "webserver.k8s_audit_endpoint", "must begin with /"),
    ("metrics: {enabled: true, interval: 99ms}", "metrics.interval",
     "Metrics interval must have a minimum value of 100ms and reflect a Prometheus compliant"),
    ("metrics: {enabled: true, interval: 3600}", "metrics.interval", "minimum value of 100ms"),
    ("metrics: {enabled: true, output_rule: false}", "metrics.enabled",
     "Metrics are enabled with no output configured"),
    ("metrics: {enabled: true, output_rule: false}\n"
     "webserver: {enabled: false, prometheus_metrics_enabled: true}", "metrics.enabled",
     "Metrics are enabled with no output configured"),
    ("syscall_event_drops: {actions: [shout]}", "syscall_event_drops.actions",
     'available actions for syscall event drops are "ignore", "log", "alert", and "exit"'),
    ("syscall_event_drops: {actions: [log, ignore]}", "syscall_event_drops.actions",
     'syscall event drop action "log" does not make sense with the "ignore" action'),
    ("syscall_event_drops: {threshold: 1.1}", "syscall_event_drops.threshold", "range [0, 1]"),
    ("syscall_event_drops: {threshold: -.1}", "syscall_event_drops.threshold", "range [0, 1]"),
    ("syscall_event_drops: {rate: -1}", "syscall_event_drops.rate", "below 0"),
    ("outputs: {rate: -1}", "outputs.rate", "below 0"),
    ("load_plugins: [json, k8saudit]", "load_plugins[1]",
     "Cannot load plugin 'k8saudit': plugin config not found for given name"),
    ("plugins: [{name: json}, {library_path: x}]", "plugins[1]", "has no name"),
    ("file_output: {enabled: true, filename: ''}", "file_output.enabled",
     "file output enabled but no filename in configuration block"),
    ("program_output: {enabled: true}", "program_output.enabled",
     "program output enabled but no program in configuration block"),
    ("http_output: {enabled: true}", "http_output.enabled",
     "http output enabled but no url in configuration block"),
    ("grpc: {socket_mode: '0680'}", "grpc.socket_mode", "octal"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "message"), FATAL)
def test_what_is_refused(text: str, key: str, message: str) -> None:
    (objection,) = found(text)
    assert objection.fatal
    assert objection.key == key
    assert message in objection.message


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("metrics: {interval: 5}", "metrics.interval", "Metrics interval must have"),
        ("plugins: [{name: json}, {name: cloudtrail}]", "plugins[1].name", "plugin 'cloudtrail'"),
        (
            "plugins: [{name: cloudtrail}]\nload_plugins: [cloudtrail]",
            "plugins[0].name",
            "plugin 'cloudtrail' is not loaded: built in are container, k8saudit, json",
        ),
        ("plugins: [{name: k8smeta}]", "plugins[0].name", "falcomod asks the API server"),
        (
            "append_output: [{match: {rule: x}}, {match: {rule: x, tags: [y]}}]",
            "append_output[1].match",
            "both a rule and tags",
        ),
    ],
)
def test_what_is_warned_of(text: str, key: str, message: str) -> None:
    (objection,) = found(text)
    assert not objection.fatal
    assert objection.key == key
    assert message in objection.message


@pytest.mark.parametrize(
    "text",
    [
        "grpc: {socket_mode: 660}",
        "grpc: {socket_mode: 0o777}",
        "webserver: {listen_address: '::1', k8s_audit_endpoint: ''}",
        "metrics: {enabled: true, interval: 1h30m}",
        "metrics: {enabled: true, output_rule: false, output_file: x}",
        "metrics: {enabled: true, output_rule: false}\nwebserver: {prometheus_metrics_enabled: on}",
        "syscall_event_drops: {actions: [ignore], threshold: 0}",
        "syscall_event_drops: {actions: [log, alert, exit], threshold: 1}",
        "syscall_event_drops: {actions: []}",
        "load_plugins: [container, json]",
        "plugins: [{name: cloudtrail}]\nload_plugins: []",
        "plugins: [{name: k8saudit}, {name: json}]\nload_plugins: [k8saudit]",
    ],
)
def test_what_is_well(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["''", "0x1", "999", "rw", "-600", "1777", "10600", "66"])
def test_what_is_no_mode_of_a_socket(text: str) -> None:
    (objection,) = found(f"grpc: {{socket_mode: {text}}}")
    assert (objection.key, objection.fatal) == ("grpc.socket_mode", True)


def test_every_check_has_a_case() -> None:
    checked = {
        objection.key.split(".")[0].split("[")[0] for text, *_ in FATAL for objection in found(text)
    }
    assert len(checked) >= len(CHECKS)

# SPDX-License-Identifier: Apache-2.0
"""All that listens, over real sockets; what each answers is in its own tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod import __version__
from falcomod.app import control
from falcomod.client import Client
from tests.attended import EVENT, LIMIT_S, Running

OTHER = "- rule: R\n  desc: d\n  condition: evt.type = mkdir\n  output: o\n  priority: INFO\n"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    found = Running(tmp_path)
    yield found
    found.end()


def test_audit_events_become_alerts_before_they_are_answered(running: Running) -> None:
    assert running.request("POST", "/k8s-audit", EVENT)[0] == 200
    assert [(alert["rule"], alert["source"]) for alert in running.told()] == [
        ("first", "k8s_audit")
    ]


def test_audit_events_that_no_rule_is_about_are_not_taken(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    with_rules = running.rules.read_text()
    for text, status in ((OTHER, 404), (with_rules, 200), (OTHER, 404)):
        running.rules.write_text(text)
        control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
        assert running.request("POST", "/k8s-audit", EVENT)[0] == status
        assert running.request("GET", "/healthz")[0] == 200
    assert (
        "no rule has the source k8s_audit: nothing is taken at /k8s-audit"
        in capsys.readouterr().err
    )


def test_health_versions_and_metrics_are_served(tmp_path: Path) -> None:
    running = Running(tmp_path, "metrics.enabled=true", "webserver.prometheus_metrics_enabled=true")
    try:
        assert running.request("GET", "/healthz") == (200, b'{"status": "ok"}')
        assert b"engine_version" in running.request("GET", "/versions")[1]
        running.request("POST", "/k8s-audit", EVENT)
        page = running.request("GET", "/metrics")[1].decode()
        assert 'falcosecurity_falco_rules_matches_total{priority="5",rule_name="first"' in page
    finally:
        running.end()


def test_status_is_told_over_the_control_socket(running: Running) -> None:
    status = control.ask(running.socket, "GET", control.STATUS, LIMIT_S)
    assert (status["sources"], status["rules_on"]) == (["k8s_audit"], 1)
    assert Path(running.socket).stat().st_mode & 0o777 == 0o600


def test_alerts_are_there_for_clients_of_grpc(tmp_path: Path) -> None:
    socket = tmp_path / "g"
    running = Running(
        tmp_path, "grpc.enabled=true", f"grpc.bind_address=unix://{socket}",
        "grpc_output.enabled=true", f"outputs_spool.path={tmp_path}/spool",
    )  # fmt: skip
    try:
        running.request("POST", "/k8s-audit", EVENT)
        with Client(f"unix://{socket}") as client:
            assert [alert.rule for alert in client.get()] == ["first"]
            assert client.version().version == __version__
    finally:
        running.end()

# SPDX-License-Identifier: Apache-2.0
"""What runs beside the engine, over real sockets, with audit events for a source."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from falcomod.app import control
from falcomod.app.attendants import Attendants
from falcomod.app.prepared import Prepared, prepare
from falcomod.app.service import Service
from falcomod.app.systemd import Notifier
from falcomod.config.load import Loaded, load_all
from falcomod.errors import UserError

LIMIT_S = 20
RULE = """
- rule: {name}
  desc: d
  condition: ka.verb = create
  output: made %ka.target.name
  priority: NOTICE
  source: k8s_audit
"""
EVENT = {
    "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "1", "stage": "ResponseComplete",
    "verb": "create", "objectRef": {"resource": "pods", "name": "web"},
    "stageTimestamp": "2026-01-01T00:00:00.000000Z",
}  # fmt: skip


class Running:
    """A service without a driver, and its attendants."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.rules = folder / "r.yaml"
        self.rules.write_text(RULE.format(name="first"))
        self.alerts = folder / "alerts"
        self.options = [
            f"rules_files[]={self.rules}", "rules_cache_dir=", "json_output=true",
            "stdout_output.enabled=false", "file_output.enabled=true",
            f"file_output.filename={self.alerts}", "engine.kind=nodriver",
            "webserver.listen_address=127.0.0.1", "webserver.listen_port=0",
            f"control.socket={folder}/c.sock", *options,
        ]  # fmt: skip
        self.service = Service(self.prepare(), frozenset({"k8s_audit"}))
        self.teardown = ExitStack()
        self.service.watch(self.teardown)
        self.attendants = Attendants(self.service, self.prepare, Notifier({}))
        self.attending = ExitStack()
        self.attendants.start(self.attending)
        self.socket = f"{folder}/c.sock"
        self.thread = threading.Thread(target=self.service.run, args=(None,))
        self.thread.start()

    def load(self) -> Loaded:
        found = load_all(None, self.options)
        return replace(found, config=found.config)

    def prepare(self) -> Prepared:
        return prepare(self.load)

    def request(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        host, port = self.attendants.web_address
        connection = http.client.HTTPConnection(host, port, timeout=LIMIT_S)
        headers = {"Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        try:
            return response.status, response.read()
        finally:
            connection.close()

    def told(self) -> list[dict[str, Any]]:
        text = self.alerts.read_text() if self.alerts.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def wait_until(self, done: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + LIMIT_S
        while not done():
            assert time.monotonic() < deadline_s, self.told()
            time.sleep(0.02)

    def end(self) -> None:
        self.attending.close()
        self.service.stop()
        self.thread.join()
        self.service.finish()
        self.teardown.close()


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


def test_reload_over_the_control_socket(running: Running) -> None:
    running.rules.write_text(RULE.format(name="second"))
    answer = control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    assert answer["message"].startswith("1 rules")
    running.request("POST", "/k8s-audit", EVENT)
    running.wait_until(lambda: running.told()[-1]["rule"] == "second")
    (message,) = [alert for alert in running.told() if alert["source"] == "internal"]
    assert message["rule"] == "Falco internal: reload"


def test_reload_at_the_end_is_answered_at_once(running: Running) -> None:
    running.attendants.reloader.stop()
    with pytest.raises(UserError, match="not reloaded: falcomod ends"):
        control.ask(running.socket, "POST", "/reload", LIMIT_S)


def test_reload_that_is_refused_changes_nothing(running: Running) -> None:
    running.rules.write_text("- rule: broken\n  condition: ka.verbs = create\n")
    with pytest.raises(UserError, match=r"(?s)reload refused.*r\.yaml"):
        control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    running.request("POST", "/k8s-audit", EVENT)
    running.wait_until(lambda: len(running.told()) == 2)
    assert {alert["rule"] for alert in running.told()} == {
        "Falco internal: hot restart failure", "first",
    }  # fmt: skip
    status = control.ask(running.socket, "GET", control.STATUS, LIMIT_S)
    assert (status["reloads"], status["reloads_failed"]) == (0, 1)


def test_files_that_change_are_read_anew(running: Running) -> None:
    running.rules.write_text(RULE.format(name="third"))
    running.wait_until(lambda: any("reload" in alert["rule"] for alert in running.told()))
    running.request("POST", "/k8s-audit", EVENT)
    assert running.told()[-1]["rule"] == "third"


def test_outputs_may_be_others_after_a_reload(running: Running, tmp_path: Path) -> None:
    running.request("POST", "/k8s-audit", EVENT)
    other = tmp_path / "other"
    running.options.append(f"file_output.filename={other}")
    control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    running.request("POST", "/k8s-audit", EVENT)
    assert [alert["rule"] for alert in running.told()] == ["first"]
    running.alerts = other
    assert [alert["rule"] for alert in running.told()][-1] == "first"


def test_output_that_cannot_be_opened_keeps_the_old_ones(running: Running) -> None:
    running.options.append("http_output.enabled=true")
    running.options.append("http_output.url=https://127.0.0.1:1/")
    running.options.append("http_output.ca_cert=/nowhere/ca.crt")
    with pytest.raises(UserError, match=r"ca_cert|ca\.crt"):
        control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    running.request("POST", "/k8s-audit", EVENT)
    running.wait_until(lambda: any(alert["rule"] == "first" for alert in running.told()))


def test_what_has_to_wait_for_a_start_is_named(running: Running) -> None:
    running.options.append("control.socket=/elsewhere")
    answer = control.ask(running.socket, "POST", control.RELOAD, LIMIT_S)
    assert answer["later"] == ["control.socket"]

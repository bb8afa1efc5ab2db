# SPDX-License-Identifier: Apache-2.0
"""The audit webhook of a real API server posts to the web server, over TLS."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from falcomod.alert.model import Alert
from falcomod.app import webserver
from falcomod.app.agent import Agent
from falcomod.app.audit import plugin as audit_plugin
from falcomod.app.audit.source import AuditSource
from falcomod.app.http.listener import Tcp, Tls
from falcomod.app.statistics import Statistics
from falcomod.rules.compile import compile_rules
from falcomod.rules.load import load_sources
from falcomod.rules.text import SourceFile
from tests.http_talk import CERTIFICATES, running
from tests.kubernetes.objects import make_namespace, make_pod
from tests.kubernetes.server import Server

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "kube-apiserver"
POLICY = Path(__file__).resolve().parents[2] / "docs" / "audit-policy.yaml"
CERTIFICATE = str(CERTIFICATES / "first.pem")
PATIENT_S = 60.0

RULES = """
- rule: Pod made
  desc: d
  source: k8s_audit
  condition: >
    ka.verb = create and ka.target.resource = pods and jevt.value[/stage] = ResponseComplete
  output: pod %ka.target.name in %ka.target.namespace (%ka.req.pod.containers.image)
  priority: NOTICE
"""


class Outputs:
    """Alerts, and whether the outputs took them: they do not at first."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.refused = 0
        self._changed = threading.Condition()

    def publish(self, alert: Alert) -> None:
        with self._changed:
            self.alerts.append(alert)
            self._changed.notify_all()

    def settle(self, _wait_s: float) -> bool:
        with self._changed:
            self.refused += self.refused < 2
            return self.refused == 2

    def wait_for(self, pod: str) -> list[Alert]:
        """All alerts about a pod, when there is one."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.of(pod), PATIENT_S), self.alerts
            return self.of(pod)

    def of(self, pod: str) -> list[Alert]:
        return [alert for alert in self.alerts if alert.output_fields["ka.target.name"] == pod]


@pytest.fixture(scope="module")
def outputs() -> Outputs:
    return Outputs()


@pytest.fixture(scope="module")
def source(outputs: Outputs) -> AuditSource:
    rules = compile_rules(load_sources([SourceFile("rules.yaml", RULES)]))
    agent = Agent(
        rules=rules.rules,
        publish=outputs.publish,
        statistics=Statistics(),
        hostname="cluster",
        keep_house=lambda: None,
    )
    return AuditSource(rules.rulesets["k8s_audit"], agent.on_match, agent.on_error, outputs.settle)


@pytest.fixture(scope="module")
def auditing(source: AuditSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An API server whose webhook posts to *source*."""
    listen = Tcp("127.0.0.1", 0, Tls(CERTIFICATE))
    plugin = audit_plugin.AuditPlugin(listen, "/k8s-audit", webserver.Limits().body_bytes)
    directory = tmp_path_factory.mktemp("audited")
    with running(audit_plugin.server(plugin, source)) as receiver:
        webhook = directory / "webhook.yaml"
        webhook.write_text(yaml.dump(kubeconfig(receiver.address[1])))
        options = {
            "audit-policy-file": str(POLICY),
            "audit-webhook-config-file": str(webhook),
            "audit-webhook-mode": "batch",
            "audit-webhook-batch-max-wait": "1s",
            "audit-webhook-initial-backoff": "1s",
        }
        server = Server(PROGRAM, directory, options)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def kubeconfig(port: int) -> dict[str, object]:
    """As docs/webserver.md shows it."""
    url = f"https://127.0.0.1:{port}/k8s-audit"
    cluster = {"server": url, "certificate-authority": CERTIFICATE}
    context = {"cluster": "falcomod", "user": ""}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "falcomod", "cluster": cluster}],
        "contexts": [{"name": "default", "context": context}],
        "current-context": "default",
        "users": [],
    }


def test_pod_is_alerted_of_once_though_outputs_were_away(
    auditing: Server, outputs: Outputs, source: AuditSource
) -> None:
    """The first answer to its batch is 503, which the API server tries again after."""
    make_namespace(auditing, "audited", {})
    make_pod(auditing, "audited", "first", {"app": "a"}, node="nowhere")
    (alert,) = outputs.wait_for("first")
    assert alert.output.startswith("pod first in audited (")
    assert "nginx" in alert.output
    assert alert.output_fields["ka.target.name"] == "first"
    make_pod(auditing, "audited", "second", {"app": "a"}, node="nowhere")
    outputs.wait_for("second")
    assert len(outputs.of("first")) == len(outputs.of("second")) == 1
    counters = source.counters()
    assert outputs.refused == 2
    assert counters["not_settled"] == 1
    assert counters["bad_bodies"] == counters["no_event"] == counters["errors"] == 0
    assert counters["events"] > 2

# SPDX-License-Identifier: Apache-2.0
"""A log of audit events against rules about them: k8s_audit/audit.jsonl and rules.yaml.

The log is a cluster's day in small: what controllers do all the time, and what should
not happen.  Its events are one a line, a list as the webhook posts it, and an array;
one line was cut.  The way is that of a replay: lines, engine, agent, sink.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from falcomod.alert.format import json_line
from falcomod.alert.model import Alert
from falcomod.app.agent import Agent
from falcomod.app.audit.lines import AuditLines
from falcomod.app.statistics import Statistics
from falcomod.engine.documents import DocumentEngine
from falcomod.errors import LocatedError
from falcomod.rules.compile import CompiledRules, compile_rules
from falcomod.rules.load import load_files

FOLDER = Path(__file__).parent / "k8s_audit"
LOG = FOLDER / "audit.jsonl"

# The second of the minute at which each rule is told of, and what its alert says.
ALERTS = [
    (4, "Privileged pod", "(user=kubernetes-admin pod=root ns=default "
        "images=(busybox,docker.io/library/alpine@sha256:00ff))"),
    (6, "Pod with a sensitive mount", "(user=mallory volumes=(/srv,/var/run/docker.sock))"),
    (8, "Pod in the network of the host", "(user=kubernetes-admin ports=(8080,9090))"),
    (9, "Pod with added capabilities", "(pod=debug-5hq8z caps=(NET_BIND_SERVICE,SYS_PTRACE))"),
    (10, "Program run in a pod", "(user=ada pod=web ns=prod command=sh from=(203.0.113.9))"),
    (12, "Ephemeral container", "(images=(busybox:1.36) user=ada)"),
    (13, "Role with wildcards", '(role=everything rules=({"verbs":["get"],"apiGroups":[""],'
         '"resources":["pods"]},{"verbs":["*"],"apiGroups":["apps"],"resources":["deployments"]}))'),
    (15, "Cluster-admin given", "(by=mallory to=(web:default) groups=(devs))"),
    (16, "Credentials in a config map", "(configmap=settings user=ada)"),
    (18, "Service on every node", "(service=web ports=("
         '{"protocol":"TCP","port":80,"targetPort":8080,"nodePort":30080}))'),
    (20, "Anonymous request allowed", "(verb=list uri=/api/v1/namespaces reason=RBAC: allowed by "
         'ClusterRoleBinding "oops" of ClusterRole "view" to Group "system:unauthenticated")'),
    (21, "Impersonation", "(user=eve as=ada groups=(devs,system:authenticated))"),
    (22, "Secrets listed and refused",
         "(user=system:serviceaccount:web:default agent=curl/7.88.1 reason=Forbidden)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> CompiledRules:
    return compile_rules(load_files([FOLDER / "rules.yaml"]))


def replay(path: Path, rules: CompiledRules) -> tuple[list[Alert], list[str], dict[str, int]]:
    """Alerts, faults of lines, and counters of the engine."""
    alerts: list[Alert] = []
    faults: list[str] = []

    def on_fault(error: LocatedError) -> None:
        faults.append(f"{error.location.line}: {error.message}")

    agent = Agent(
        rules=rules.rules,
        publish=alerts.append,
        statistics=Statistics(),
        hostname="cluster",
        keep_house=lambda: None,
    )
    lines = AuditLines(str(path), on_fault=on_fault)
    engine = DocumentEngine(
        lines, rules.rulesets["k8s_audit"], agent.on_match, on_error=agent.on_error
    )
    agent.run(engine)
    lines.close()
    return alerts, faults, engine.counters()


def test_rules_load_without_a_warning(rules: CompiledRules) -> None:
    assert [str(warning) for warning in rules.warnings] == []


def test_alerts_of_the_log(rules: CompiledRules) -> None:
    alerts, faults, counters = replay(LOG, rules)
    found = [
        (alert.time_ns // 10**9 % 60, alert.rule, alert.output[alert.output.index("(") :])
        for alert in alerts
    ]
    assert found == ALERTS
    assert [fault.partition(":")[0] for fault in faults] == ["17"]
    assert counters == {"events": 22, "matches": len(ALERTS), "errors": 0, "undated": 0}


def test_every_rule_about_audit_events_has_an_alert(rules: CompiledRules) -> None:
    about = {entry.rule.name for entry in rules.rules if entry.rule.source == "k8s_audit"}
    assert {rule for _, rule, _ in ALERTS} == about


def test_a_gzipped_log_has_the_same_alerts(rules: CompiledRules, tmp_path: Path) -> None:
    packed = tmp_path / "audit.jsonl.gz"
    packed.write_bytes(gzip.compress(LOG.read_bytes()))
    assert replay(packed, rules) == replay(LOG, rules)


def test_alert_as_json(rules: CompiledRules) -> None:
    alerts, _, _ = replay(LOG, rules)
    line: dict[str, Any] = json.loads(json_line(alerts[0]))
    assert line == {
        "hostname": "cluster",
        "output": line["output"],
        "output_fields": {
            "evt.time": 1714557604123456000,
            "ka.req.pod.containers.image": ["busybox", "docker.io/library/alpine@sha256:00ff"],
            "ka.resp.name": "root",
            "ka.target.namespace": "default",
            "ka.user.name": "kubernetes-admin",
        },
        "priority": "Warning",
        "rule": "Privileged pod",
        "source": "k8s_audit",
        "tags": ["k8s", "pod"],
        "time": "2024-05-01T10:00:04.123456000Z",
    }

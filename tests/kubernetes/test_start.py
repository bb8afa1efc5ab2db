# SPDX-License-Identifier: Apache-2.0
"""`falcomod start` with a real API server and no runtime: alerts know what the server knows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.agent import Agent
from tests.kubernetes.groups import group_of, read_shadow
from tests.kubernetes.objects import (
    make_deployment,
    make_pod,
    make_service,
    owner,
    run_pod,
)
from tests.kubernetes.server import NOBODY, READER, Server

RULES = Path(__file__).with_name("start.yaml")
RULE = "Pod read"
ENGINES = ("docker", "podman", "cri", "containerd")
LATE_S = 30.0
PAUSE_S = 0.5  # between two reads: a status is at the server long before


def watching(server: Server, node: str, directory: Path, token: str = READER) -> Agent:
    """falcomod that asks the API server alone, as the options of old Falco say it."""
    (directory / "token").write_text(token)
    (directory / "ca.crt").write_bytes(server.authority.read_bytes())
    options = ["--json", "-r", str(RULES), "-o", "rule_matching=all"]
    for name in ENGINES:
        options += ["-o", f"container_engines.{name}.enabled=false"]
    options += ["-k", server.url, "-K", str(directory / "token"), "--k8s-node", node]
    return Agent(*options)


def complaints(agent: Agent) -> list[str]:
    return [line.text for line in agent.log if "kubernetes unavailable" in line.text]


def fields_of(agent: Agent, id: str) -> list[dict[str, Any]]:
    """Of the alerts of a container, in their order."""
    found = [alert["output_fields"] for alert in agent.alerts() if alert["rule"] == RULE]
    return [fields for fields in found if fields["container.full_id"] == id]


def read_until(agent: Agent, uid: str, id: str, **wanted: object) -> tuple[dict[str, Any], int]:
    """Reads until an alert has these fields (dots as underscores); those, and how often it took."""
    facts = {name.replace("_", "."): value for name, value in wanted.items()}
    end = time.monotonic() + LATE_S
    reads = 0
    with group_of(uid, id) as group:
        while time.monotonic() < end:
            reads += 1
            read_shadow(group)
            agent.wait_until(
                lambda: len(fields_of(agent, id)) >= reads,  # noqa: B023
                LATE_S,
                f"alert of {id}",
            )
            found = fields_of(agent, id)[-1]
            if facts.items() <= found.items():
                return found, reads
            time.sleep(PAUSE_S)
    raise AssertionError(f"no alert with {facts} but {found}; {agent.said()}")


def make_web_pod(server: Server, namespace: str, node: str) -> tuple[str, str]:
    """A pod of a deployment behind a service: its uid, and the id of its container."""
    _, replica_set = make_deployment(server, namespace, "web", {"tier": "front"})
    make_service(server, namespace, "shop", {"app": "web"}, {})
    reference = owner("ReplicaSet", replica_set)
    uid = make_pod(server, namespace, "web-1", {"app": "web"}, owner=reference, node=node)
    return uid, run_pod(server, namespace, "web-1")


def test_alert_of_a_pod(
    server: Server, namespace: str, node: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    uid, id = make_web_pod(server, namespace, node)
    with watching(server, node, tmp_path) as agent:
        agent.wait_until_ready()
        found, reads = read_until(agent, uid, id, k8s_deployment_labels="tier:front")
        with capsys.disabled():
            print(f"\nall of a pod is known at read {reads}")
        assert (
            found.items()
            >= {
                "container.name": "web",
                "container.image.repository": "docker.io/library/nginx",
                "k8s.pod.name": "web-1",
                "k8s.ns.name": namespace,
                "k8s.pod.label[app]": "web",
                "k8s.ns.label[team]": "a",
                "k8s.deployment.name": "web",
                "k8s.rs.name": "web-6d4cf56db6",
                "k8s.svc.name": "shop",
                "k8smeta.deployment.name": "web",
                "k8smeta.svc.name": ["shop"],
            }.items()
        )
        assert complaints(agent) == []
        assert agent.stop() == 0, agent.said()


def test_alerts_go_on_while_the_server_is_down(
    server: Server, namespace: str, node: str, tmp_path: Path
) -> None:
    uid, id = make_web_pod(server, namespace, node)
    with watching(server, node, tmp_path) as agent:
        agent.wait_until_ready()
        read_until(agent, uid, id, k8s_pod_name="web-1", k8s_deployment_name="web")
        server.kill("kube-apiserver")
        try:
            agent.wait_until(lambda: bool(complaints(agent)), LATE_S, "warning")
            _, reads = read_until(agent, uid, id, k8s_pod_name="web-1", k8s_deployment_name="web")
            assert reads == 1
        finally:
            server.start_api()
        late = make_pod(server, namespace, "late", {"app": "late"}, node=node)
        late_id = run_pod(server, namespace, "late", "10.1.0.6")
        read_until(agent, late, late_id, k8s_pod_name="late", container_name="web")
        said = complaints(agent)
        # The connections broke; a server that has just started may not know our rights yet.
        assert len({line.partition("reason=")[2] for line in said}) == len(said) <= 3
        assert agent.stop() == 0, agent.said()


def test_who_has_no_rights_gets_one_warning(
    server: Server, namespace: str, node: str, tmp_path: Path
) -> None:
    uid, id = make_web_pod(server, namespace, node)
    with watching(server, node, tmp_path, NOBODY) as agent:
        agent.wait_until_ready()
        agent.wait_until(lambda: bool(complaints(agent)), LATE_S, "warning")
        # Alerts go on, with the little that the control group says.
        found, _ = read_until(agent, uid, id, k8s_pod_name=None)
        assert found["container.full_id"] == id
        assert agent.stop() == 0, agent.said()
        (warning,) = complaints(agent)
        assert 'User "nobody-at-all" cannot list resource' in warning
        assert "docs/kubernetes-rbac.yaml" in warning

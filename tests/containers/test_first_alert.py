# SPDX-License-Identifier: Apache-2.0
"""The whole agent beside a real containerd: what the first alert of a container knows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.agent import Agent
from tests.containers.crowd import crowd
from tests.containers.fix_containerd import Containerd
from tests.containers.images import BUSYBOX
from tests.containers.native import Native
from tests.containers.pods import Pods

RULE = """
- rule: Shadow in a container
  desc: the first act of each
  condition: evt.type in (open, openat, openat2) and fd.name=/etc/shadow and container.id != host
  output: >
    read name=%container.name id=%container.id image=%container.image.repository
    tag=%container.image.tag type=%container.type pod=%k8s.pod.name ns=%k8s.ns.name
    uid=%k8s.pod.uid user=%user.name group=%group.name pid=%proc.pid
  priority: WARNING
"""
COUNT = int(os.environ.get("FALCOMOD_CONTAINERS", "40"))


@pytest.fixture
def agent(containerd: Containerd, tmp_path: Path) -> Iterator[Agent]:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULE)
    with Agent(
        "-r", str(rules), "--json", "-o", "rule_matching=all", "--cri", containerd.socket
    ) as running:
        running.wait_until_ready()
        yield running


def alerts(agent: Agent) -> list[dict[str, Any]]:
    return [
        alert["output_fields"]
        for alert in (json.loads(line.text) for line in agent.out if line.text.startswith("{"))
        if alert["rule"] == "Shadow in a container"
    ]


def test_short_lived_containers_are_all_known(agent: Agent, native: Native) -> None:
    names = [f"short-{number}" for number in range(COUNT)]
    crowd(lambda name: native.run(name, "cat", "/etc/shadow"), names)
    agent.wait_until(lambda: len(alerts(agent)) >= COUNT, 60, "alerts")
    found = {fields["container.name"]: fields for fields in alerts(agent)}
    assert sorted(found) == sorted(names), agent.said()
    repository, _, tag = BUSYBOX.rpartition(":")
    for fields in found.values():
        assert fields["container.image.repository"] == repository
        assert fields["container.image.tag"] == tag
        assert (fields["user.name"], fields["group.name"]) == ("root", "root")
    assert agent.stop() == 0
    print(agent.said())


def test_pods_are_all_known(agent: Agent, pods: Pods) -> None:
    count = max(1, COUNT // 4)
    made = [pods.run(f"pod-{number}", namespace="shop") for number in range(count)]
    crowd(lambda pod: pods.run_container(pod, f"c-{pod.name}", "cat", "/etc/shadow"), made)
    agent.wait_until(lambda: len(alerts(agent)) >= count, 60, "alerts")
    found = {fields["k8s.pod.name"]: fields for fields in alerts(agent)}
    assert sorted(found) == sorted(pod.name for pod in made), agent.said()
    for pod in made:
        fields = found[pod.name]
        assert fields["k8s.ns.name"] == "shop"
        assert fields["k8s.pod.uid"] == pod.uid
        assert fields["container.image.repository"] == BUSYBOX.rpartition(":")[0]
        assert fields["container.name"].startswith(f"k8s_c-{pod.name}_") or (
            fields["container.name"] == f"c-{pod.name}"
        )
    assert agent.stop() == 0
    print(agent.said())

# SPDX-License-Identifier: Apache-2.0
"""The first alert of a container already knows: name, image, pod, namespace, users.

Containers are started as fast as the machine can, and each reads /etc/shadow as its first
act and ends.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.agent import Agent
from tests.containers.crowd import crowd
from tests.containers.fix_containerd import Containerd
from tests.containers.fix_docker import Daemon
from tests.containers.images import BUSYBOX
from tests.containers.native import Native
from tests.containers.pods import Pod, Pods

RULES = Path(__file__).with_name("first_alert.yaml")
FIRST_ACT = "First act"
STARTED = "Container started"
READ = ("cat", "/etc/shadow")
REPOSITORY, _, TAG = BUSYBOX.rpartition(":")

OWN = f"native-{os.getpid()}"  # control groups are the host's, and another's may have our names

PODS = 25
IN_PODS = 300
NATIVE = 200
IN_DOCKER = 40
LATE_S = 30.0


def watching(**sockets: str) -> Agent:
    """falcomod with the rules of this test, asking these runtimes alone."""
    options = ["--json", "-r", str(RULES), "-o", "rule_matching=all"]
    for name in ("docker", "podman", "cri", "containerd"):
        options += ["-o", f"container_engines.{name}.enabled={str(name in sockets).lower()}"]
    for name, socket in sockets.items():
        options += ["-o", f"container_engines.{name}.sockets={socket}"]
    return Agent(*options)


@pytest.fixture
def agent(containerd: Containerd) -> Iterator[Agent]:
    with watching(containerd=containerd.socket) as started:
        started.wait_until_ready()
        yield started


class Told:
    """The fields of alerts so far, by rule; each line is read once, however often that is asked."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._read = 0
        self._fields: dict[str, list[dict[str, Any]]] = {}
        self._ages_ms: list[float] = []

    def ages(self) -> str:
        """How long after what they tell of the first alerts came."""
        ages = sorted(self._ages_ms)
        return f"alerts after {ages[len(ages) // 2]:.0f} ms (median), {ages[-1]:.0f} ms at most"

    def __call__(self, rule: str) -> list[dict[str, Any]]:
        lines = self._agent.out[self._read :]
        self._read += len(lines)
        for line in lines:
            if line.text.startswith("{"):
                alert = json.loads(line.text)
                self._fields.setdefault(alert["rule"], []).append(alert["output_fields"])
                if alert["rule"] == FIRST_ACT:
                    age_ns = line.arrived_ns - alert["output_fields"]["evt.time"]
                    self._ages_ms.append(age_ns / 1e6)
        return self._fields.get(rule, [])

    def by_id(self, rule: str, ids: set[str]) -> dict[str, dict[str, Any]]:
        """Of each of these containers, waited for; each is told of once."""
        end = time.monotonic() + LATE_S
        while not ids <= {fields["container.full_id"] for fields in self(rule)}:
            if time.monotonic() > end:
                seen = ids & {fields["container.full_id"] for fields in self(rule)}
                pytest.fail(f"{rule}: {len(seen)} of {len(ids)}; {self._agent.said()[-3000:]}")
            time.sleep(0.1)
        found = [fields for fields in self(rule) if fields["container.full_id"] in ids]
        assert Counter(fields["container.full_id"] for fields in found) == Counter(ids)
        return {fields["container.full_id"]: fields for fields in found}


def test_five_hundred_containers_are_known_at_their_first_act(
    agent: Agent, containerd: Containerd, pods: Pods, native: Native, capsys: Any
) -> None:
    made = crowd(lambda number: pods.run(f"pod-{number}", namespace="shop"), range(PODS))
    began_s = time.monotonic()

    def in_pod(number: int) -> tuple[str, dict[str, Any]]:
        pod = made[number % PODS]
        id = pods.run_container(pod, f"reader-{number}", *READ)
        return id, facts_in_pod(pod, f"reader-{number}")

    def alone(number: int) -> tuple[str, dict[str, Any]]:
        id = f"{OWN}-reader-{number}"
        native.run(id, *READ)
        native.wait(id)
        native.remove(id)
        return id, {"container.name": id, "k8s.pod.name": None, "k8s.ns.name": None}

    # Both kinds at the same time: every third or so is nobody's pod's.
    jobs = [(in_pod, number) for number in range(IN_PODS)]
    jobs += [(alone, number) for number in range(NATIVE)]
    jobs.sort(key=lambda job: job[1])
    expected = dict(crowd(lambda job: job[0](job[1]), jobs))
    took_s = time.monotonic() - began_s
    told = Told(agent)
    found = told.by_id(FIRST_ACT, set(expected))
    wrong = {
        id: {name: found[id][name] for name in facts if found[id][name] != facts[name]}
        for id, facts in expected.items()
    }
    wrong = {id: facts for id, facts in wrong.items() if facts}
    said = f"{told.ages()}; {summary_of_waiting(agent)}"
    with capsys.disabled():
        print(f"\n{len(expected)} containers in {took_s:.1f} s; {said}")
    assert wrong == {}
    for fields in found.values():
        assert (fields["container.image.repository"], fields["container.image.tag"]) == (
            REPOSITORY, TAG,
        )  # fmt: skip
        assert None not in (fields["user.name"], fields["group.name"], fields["container.type"])


def facts_in_pod(pod: Pod, name: str) -> dict[str, Any]:
    return {
        "container.name": name,
        "k8s.pod.name": pod.name,
        "k8s.ns.name": pod.namespace,
        "k8s.pod.uid": pod.uid,
        "k8s.pod.sandbox_id": pod.id[:12],
        "container.type": "containerd",
    }


def summary_of_waiting(agent: Agent) -> str:
    """What falcomod says at its end about containers and what waited for them."""
    assert agent.stop() == 0, agent.said()
    lines = [line.text for line in agent.out]
    assert "Events dropped: 0" in lines, agent.said()
    first = next(number for number, line in enumerate(lines) if line.startswith("Containers:"))
    return "; ".join(line.strip() for line in lines[first:])


def test_start_of_a_container_is_told_once(agent: Agent, pods: Pods, native: Native) -> None:
    pod = pods.run("pod", namespace="shop")
    ids = {pods.run_container(pod, f"web-{number}", *READ) for number in range(5)}
    native.run(f"{OWN}-web", *READ)
    ids.add(f"{OWN}-web")
    told = Told(agent)
    told.by_id(FIRST_ACT, ids)
    for id, fields in told.by_id(STARTED, ids).items():
        assert fields["container.image.repository"] == REPOSITORY
        assert fields["proc.cmdline"] == "cat /etc/shadow"
        assert id[:12] in fields["evt.arg.json"]


def test_shipped_rules_about_starts(agent: Agent, pods: Pods) -> None:
    pod = pods.run("pod", namespace="shop", privileged=True)
    id = pods.run_container(
        pod, "mighty", "sleep", "5", privileged=True, mounts=(("/etc", "/host", True, 0),)
    )
    pods.run_container(pod, "harmless", "sleep", "5")
    for rule in ("Launch Privileged Container", "Launch Sensitive Mount Container"):
        alert = agent.expect_alert(rule, container_id=id[:12])
        fields = alert["output_fields"]
        assert (fields["container.name"], fields["k8s.pod.name"]) == ("mighty", "pod")
        assert fields["proc.cmdline"] == "sleep 5"
        names = {
            each["output_fields"]["container.name"]
            for each in agent.alerts()
            if each["rule"] == rule
        }
        assert "harmless" not in names


def test_containers_of_docker_are_known_at_their_first_act(
    dockerd: Daemon, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with watching(docker=dockerd.socket) as agent:
        agent.wait_until_ready()
        began_s = time.monotonic()

        def reader(number: int) -> tuple[str, str]:
            name, file = f"reader-{number}", tmp_path / str(number)
            words = ("--rm", "--network=none", f"--cidfile={file}", f"--name={name}")
            dockerd("run", *words, BUSYBOX, *READ)
            return file.read_text(), name

        names = dict(crowd(reader, range(IN_DOCKER)))
        took_s = time.monotonic() - began_s
        told = Told(agent)
        found = told.by_id(FIRST_ACT, set(names))
        said = f"{told.ages()}; {summary_of_waiting(agent)}"
        with capsys.disabled():
            print(f"\n{IN_DOCKER} of docker in {took_s:.1f} s; {said}")
        assert {id: fields["container.name"] for id, fields in found.items()} == names
        assert {fields["container.image.repository"] for fields in found.values()} == {REPOSITORY}
        assert {fields["container.type"] for fields in found.values()} == {"docker"}

# SPDX-License-Identifier: Apache-2.0
"""Answers in the shape that dockerd 20.10 and cri-dockerd give them → facts."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from falcomod.engine.state.tables import State
from falcomod.enrich.docker_facts import (
    MANIFESTS,
    add_image,
    add_sandbox,
    container_facts,
    control_group,
    nanoseconds,
    pid_of,
    row_facts,
    sandbox_of,
)
from falcomod.enrich.runtime import ITEMS_MAX, SHORT_ID_SIZE, TEXT_MAX

ID = "e2" * 32
OTHER = "0c" * 32
IMAGE = "42" * 32
DIGEST = "sha256:" + "5e" * 32

ANSWER: dict[str, Any] = {
    "Id": ID,
    "Created": "2026-11-29T01:57:59.123456789Z",
    "State": {
        "Status": "running", "Running": True, "Pid": 4321,
        "StartedAt": "2026-11-29T01:58:00.5Z", "FinishedAt": "0001-01-01T00:00:00Z",
    },
    "Image": f"sha256:{IMAGE}",
    "Name": "/web",
    "HostConfig": {
        "NetworkMode": "default", "PidMode": "", "IpcMode": "private", "Privileged": False,
        "CgroupParent": "", "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
    },
    "Mounts": [
        {"Type": "bind", "Source": "/srv", "Destination": "/mnt", "Mode": "ro", "RW": False,
         "Propagation": "rprivate"},
        {"Type": "volume", "Name": "data", "Source": "/var/lib/docker/volumes/data/_data",
         "Destination": "/data", "Driver": "local", "Mode": "z", "RW": True, "Propagation": ""},
        {"Type": "tmpfs", "Source": "", "Destination": "/tmp", "Mode": "", "RW": True},
    ],
    "Config": {
        "Image": "nginx:1.27",
        "Env": ["PATH=/bin", "A=b=c", "EMPTY=", "REMOVED"],
        "Labels": {"team": "x", "empty": "", "long": "y" * 101},
        "Healthcheck": {"Test": ["CMD", "wget", "-q", "localhost"]},
    },
    "NetworkSettings": {
        "IPAddress": "172.17.0.2",
        "Ports": {
            "443/tcp": None,
            "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"},
                       {"HostIp": "::", "HostPort": "8080"}],
            "9/udp": [{"HostIp": "127.0.0.1", "HostPort": "9"}],
        },
        "Networks": {"bridge": {"IPAddress": "172.17.0.2"}},
    },
}  # fmt: skip

FACTS = {
    "full_id": ID,
    "type": "docker",
    "name": "web",
    "image": "nginx:1.27",
    "image_id": IMAGE,
    "image_repository": "nginx",
    "image_tag": "1.27",
    "privileged": False,
    "host_pid": False,
    "host_network": False,
    "host_ipc": False,
    "is_pod_sandbox": False,
    "start_ns": 1795917480_500000000,
    "ip": "172.17.0.2",
    "env": {"PATH": "/bin", "A": "b=c", "EMPTY": ""},
    "labels": {"team": "x", "empty": ""},
    "annotations": {},
    "mounts": [
        ("/srv", "/mnt", "ro", False, "rprivate"),
        ("/var/lib/docker/volumes/data/_data", "/data", "z", True, ""),
        ("", "/tmp", "", True, ""),
    ],
    "ports": ["127.0.0.1:9->9/udp", "0.0.0.0:8080->80/tcp", "[::]:8080->80/tcp", "443/tcp"],
    "healthcheck": ("wget", ["-q", "localhost"]),
}


def changed(**parts: Any) -> dict[str, Any]:
    """ANSWER with other parts: changed(HostConfig={"PidMode": "host"})."""
    answer = copy.deepcopy(ANSWER)
    for key, part in parts.items():
        answer[key] = answer[key] | part if isinstance(part, dict) else part
    return answer


def facts_of(**parts: Any) -> dict[str, Any]:
    return container_facts(changed(**parts), kind="docker")


def test_everything() -> None:
    assert container_facts(ANSWER, kind="docker") == FACTS


def test_state_takes_the_facts() -> None:
    state = State()
    state.set_container(ID, FACTS)
    container = state.container(ID[:SHORT_ID_SIZE])
    assert container is not None
    kept = ("name", "image_tag", "ip", "env", "labels", "ports", "healthcheck", "start_ns")
    assert {name: container[name] for name in kept} == {name: FACTS[name] for name in kept}


@pytest.mark.parametrize(
    ("parts", "name", "value"),
    [
        ({"HostConfig": {"Privileged": True}}, "privileged", True),
        ({"HostConfig": {"PidMode": "host"}}, "host_pid", True),
        ({"HostConfig": {"PidMode": f"container:{OTHER}"}}, "host_pid", False),
        ({"HostConfig": {"NetworkMode": "host"}}, "host_network", True),
        ({"HostConfig": {"IpcMode": "host"}}, "host_ipc", True),
        ({"Name": "web"}, "name", "web"),  # podman
        ({"State": {"StartedAt": "0001-01-01T00:00:00Z"}}, "start_ns", 1795917479_123456789),
        ({"Config": {"Image": f"localhost:5000/a:1@{DIGEST}"}}, "image_digest", DIGEST),
        ({"Config": {"Image": f"sha256:{IMAGE}"}}, "image_repository", None),
        ({"Config": {"Image": IMAGE[:12]}}, "image_repository", None),
        ({"Config": {"Image": IMAGE[:12]}}, "image", IMAGE[:12]),
        # Networks by name have their own addresses, and no other is told.
        (
            {"NetworkSettings": {"IPAddress": "", "Networks": {
                "b": {"IPAddress": "10.2.0.2"}, "a": {"IPAddress": "10.1.0.2"}, "0": None}}},
            "ip", "10.1.0.2",
        ),
        (
            {"NetworkSettings": {"IPAddress": "", "Networks": {
                "six": {"IPAddress": "", "GlobalIPv6Address": "2001:db8::2"}}}},
            "ip", "2001:db8::2",
        ),
        # What is published is known before it runs.
        ({"NetworkSettings": {"Ports": {}}}, "ports", ["0.0.0.0:8080->80/tcp"]),
        ({"NetworkSettings": {"Ports": {"x/y": 1, "70000000/tcp": []}}}, "ports",
         ["70000000/tcp", "x/y"]),
        ({"Config": {"Healthcheck": {"Test": ["CMD-SHELL", "exit 1 || true"]}}}, "healthcheck",
         ("/bin/sh", ["-c", "exit 1 || true"])),
        ({"Config": {"Healthcheck": {"Test": ["CMD", "true"]}}}, "healthcheck", ("true", [])),
        ({"Config": {"Healthcheck": {"Test": ["NONE"]}}}, "healthcheck", None),
        ({"Config": {"Healthcheck": {"Test": ["LATER", "x"]}}}, "healthcheck", None),
        ({"Config": {"Healthcheck": {"Test": ["CMD", 1]}}}, "healthcheck", None),
        ({"Config": {"Healthcheck": None}}, "healthcheck", None),
        ({"HostConfig": {"Annotations": {"a": "b" * 200}}}, "annotations", {"a": "b" * 200}),
        ({"Config": {"Env": ["A=" + "x" * TEXT_MAX]}}, "env", {"A": "x" * TEXT_MAX}),
        ({"Config": {"Env": ["A=" + "x" * (TEXT_MAX + 1), "B=1"]}}, "env", {"B": "1"}),
        ({"Config": {"Labels": {str(n): "" for n in range(ITEMS_MAX + 9)}}}, "labels",
         {str(n): "" for n in range(ITEMS_MAX)}),
        ({"Mounts": [{"Source": "/a", "Destination": "", "RW": True}, 1, None]}, "mounts", []),
    ],
)  # fmt: skip
def test_fact(parts: dict[str, Any], name: str, value: object) -> None:
    assert facts_of(**parts).get(name) == value


@pytest.mark.parametrize(
    ("kind", "mode", "expected"),
    [
        ("docker", "shareable", False), ("podman", "shareable", None),
        ("podman", "private", False), ("podman", "host", True),
    ],
)  # fmt: skip
def test_ipc_of_the_host(kind: str, mode: str, expected: bool | None) -> None:
    facts = container_facts(changed(HostConfig={"IpcMode": mode}), kind=kind)
    assert facts.get("host_ipc") is expected


def test_longest_label_is_an_option() -> None:
    assert container_facts(ANSWER, kind="docker", label_max=101)["labels"]["long"] == "y" * 101


@pytest.mark.parametrize("wrong", [None, True, 1, 1.5, "x", [], ["x"], [[]], {}, {"x": "y"}, [{}]])
def test_wrong_types_are_left_out(wrong: object) -> None:
    def spoiled(value: object, depth: int) -> object:
        if depth == 0:
            return wrong
        return (
            {key: spoiled(each, depth - 1) for key, each in value.items()}
            if isinstance(value, dict)
            else value
        )

    for depth in (1, 2, 3):
        answer = spoiled(ANSWER, depth)
        assert isinstance(answer, dict)
        facts = container_facts(answer, kind="docker")
        add_image(facts, answer)
        add_sandbox(facts, answer)
        sandbox_of(answer)
        pid_of(answer)
        control_group(answer, "systemd")
        row_facts(answer, kind="docker")
        assert facts["type"] == "docker"


# Images


@pytest.mark.parametrize(
    ("name", "tags", "digests", "expected"),
    [
        ("nginx:1.27", ["nginx:1.27"], [f"nginx@{DIGEST}"], ("nginx", "1.27", DIGEST)),
        ("nginx:1.27", ["nginx:1.27"], [], ("nginx", "1.27", None)),
        # Of several the one of this repository; of one it does not matter.
        (
            "nginx:1.27", [], [f"mirror/nginx@sha256:{'aa' * 32}", f"nginx@{DIGEST}"],
            ("nginx", "1.27", DIGEST),
        ),
        ("nginx:1.27", [], [f"a@sha256:{'aa' * 32}", f"b@{DIGEST}"], ("nginx", "1.27", None)),
        ("nginx:1.27", [], [f"mirror/nginx@{DIGEST}"], ("nginx", "1.27", DIGEST)),
        ("docker.io/library/nginx:1", [], [f"nginx@{DIGEST}", "a@sha256:1"],
         ("docker.io/library/nginx", "1", DIGEST)),
        # By digest: the tag is what this repository has.
        (f"nginx@{DIGEST}", ["a:2", "nginx:1.27"], [], ("nginx", "1.27", DIGEST)),
        (f"nginx@{DIGEST}", ["a:2"], [], ("nginx", None, DIGEST)),
        # By id.
        (IMAGE[:12], ["nginx:1.27", "a:2"], [f"nginx@{DIGEST}"], ("nginx", "1.27", DIGEST)),
        (f"sha256:{IMAGE}", [], [f"localhost:5000/a@{DIGEST}"], ("localhost:5000/a", None, DIGEST)),
        (IMAGE, ["localhost:5000/a:1"], [], ("localhost:5000/a", "1", None)),
        (IMAGE, ["<none>:<none>"], ["<none>@<none>"], (None, None, None)),
        (IMAGE, None, None, (None, None, None)),
        (IMAGE, [1, None, "x"], {"a": 1}, (None, None, None)),
        # Its id begins like the name that it was asked for by.
        ("42", ["42:latest"], [], ("42", "latest", None)),
    ],
)  # fmt: skip
def test_image(name: str, tags: object, digests: object, expected: tuple[str, ...]) -> None:
    facts = facts_of(Config={"Image": name})
    add_image(facts, {"RepoTags": tags, "RepoDigests": digests})
    parts = tuple(facts.get(f"image_{part}") for part in ("repository", "tag", "digest"))
    assert parts == expected
    assert facts["image"] == name


# Pods

POD = {
    "io.kubernetes.pod.name": "web-7c5",
    "io.kubernetes.pod.namespace": "shop",
    "io.kubernetes.pod.uid": "8d0c1a6e-1c1b-4a6f-8e0e-3f6d3c1b2a00",
}
APPLIED = {"spec": {"containers": [
    {"name": "other", "livenessProbe": {"exec": {"command": ["false"]}}},
    {"name": "app", "livenessProbe": {"exec": {"command": ["cat", "/ok"]}},
     "readinessProbe": {"httpGet": {"port": 80}}},
]}}  # fmt: skip


def in_pod(**labels: str) -> dict[str, Any]:
    mode = {"NetworkMode": f"container:{OTHER}"}
    of_pod = POD | {"io.kubernetes.docker.type": "container", "io.kubernetes.sandbox.id": OTHER}
    return changed(
        Config={"Labels": of_pod | {"io.kubernetes.container.name": "app"} | labels},
        HostConfig=mode,
        NetworkSettings={"IPAddress": "", "Networks": {}},
    )


SANDBOX = changed(
    Id=OTHER,
    Name="/k8s_POD_web-7c5_shop_8d0c_0",
    Config={"Labels": POD | {"io.kubernetes.docker.type": "podsandbox", "app": "web",
                             "annotation.kubernetes.io/config.source": "api"}},
    NetworkSettings={"IPAddress": "10.244.0.7"},
)  # fmt: skip


def test_container_of_a_pod() -> None:
    answer = in_pod()
    assert sandbox_of(answer) == OTHER
    facts = container_facts(answer, kind="docker")
    assert "ip" not in facts
    add_sandbox(facts, SANDBOX)
    expected = {
        "pod_name": "web-7c5",
        "pod_namespace": "shop",
        "pod_uid": POD["io.kubernetes.pod.uid"],
        "pod_sandbox_id": OTHER[:12],
        "pod_full_sandbox_id": OTHER,
        "pod_ip": "10.244.0.7",
        "ip": "10.244.0.7",
        "pod_labels": {"app": "web"},
        "is_pod_sandbox": False,
    }
    assert {key: facts.get(key) for key in expected} == expected


def test_sandbox_itself() -> None:
    facts = container_facts(SANDBOX, kind="docker")
    assert facts["is_pod_sandbox"] is True
    assert facts["pod_full_sandbox_id"] == OTHER
    assert facts["annotations"] == {"kubernetes.io/config.source": "api"}
    assert sandbox_of(SANDBOX) is None


def test_labels_of_another_pod_are_not_taken() -> None:
    facts = container_facts(in_pod(**{"io.kubernetes.pod.uid": "another"}), kind="docker")
    add_sandbox(facts, SANDBOX)
    assert "pod_labels" not in facts


def test_network_of_another_container() -> None:
    answer = changed(
        HostConfig={"NetworkMode": f"container:{OTHER}"}, NetworkSettings={"IPAddress": ""}
    )
    answer["NetworkSettings"]["Networks"] = {}
    assert sandbox_of(answer) == OTHER
    facts = container_facts(answer, kind="docker")
    add_sandbox(facts, SANDBOX)
    assert facts["ip"] == "10.244.0.7"
    assert not any(name.startswith("pod_") for name in facts)


@pytest.mark.parametrize("label", MANIFESTS)
def test_probes(label: str) -> None:
    facts = container_facts(in_pod(**{label: json.dumps(APPLIED)}), kind="docker")
    assert facts["liveness_probe"] == ("cat", ["/ok"])
    assert "readiness_probe" not in facts


def test_probes_that_the_sandbox_tells() -> None:
    sandbox = copy.deepcopy(SANDBOX)
    sandbox["Config"]["Labels"] |= {MANIFESTS[0]: json.dumps(APPLIED)}
    facts = container_facts(in_pod(), kind="docker")
    add_sandbox(facts, sandbox)
    assert facts["liveness_probe"] == ("cat", ["/ok"])


@pytest.mark.parametrize("applied", ["{", "[]", "1", '{"spec": 1}', "[" * 100_000, "{}"])
def test_probes_that_cannot_be_read(applied: str) -> None:
    facts = container_facts(in_pod(**{MANIFESTS[0]: applied}), kind="docker")
    assert "liveness_probe" not in facts


# Rows of the list


def test_row() -> None:
    row = {
        "Id": ID,
        "Names": ["/other/alias", "/web"],
        "Image": "nginx:1.27",
        "ImageID": f"sha256:{IMAGE}",
        "Created": 1795917479,
        "Labels": {"team": "x"},
        "State": "running",
        "HostConfig": {"NetworkMode": "default"},
        "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}}},
        "Mounts": ANSWER["Mounts"][:1],
    }
    kept = (
        "full_id", "type", "name", "image", "image_id", "image_repository", "image_tag", "ip",
        "host_network", "is_pod_sandbox",
    )  # fmt: skip
    assert row_facts(row, kind="docker") == {name: FACTS[name] for name in kept} | {
        "start_ns": 1795917479_000000000,
        "labels": {"team": "x"},
        "annotations": {},
        "mounts": FACTS["mounts"][:1],  # type: ignore[index]
    }


# Where it runs


@pytest.mark.parametrize(
    ("driver", "parent", "expected"),
    [
        ("cgroupfs", "", f"/docker/{ID}"),
        ("cgroupfs", "/kubepods/besteffort/pod1", f"/kubepods/besteffort/pod1/{ID}"),
        ("cgroupfs", "mine/", f"/mine/{ID}"),
        ("systemd", "", f"/system.slice/docker-{ID}.scope"),
        (
            "systemd", "kubepods-besteffort-pod1.slice",
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice"
            f"/docker-{ID}.scope",
        ),
        ("none", "", None),
        (None, "", None),
    ],
)  # fmt: skip
def test_control_group(driver: str | None, parent: str, expected: str | None) -> None:
    assert control_group(changed(HostConfig={"CgroupParent": parent}), driver) == expected


@pytest.mark.parametrize(
    ("pid", "expected"),
    [(4321, 4321), (0, None), (-1, None), (True, None), (2**40, None), ("1", None), (None, None)],
)
def test_pid(pid: object, expected: int | None) -> None:
    assert pid_of(changed(State={"Pid": pid})) == expected


# Types


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("1970-01-01T00:00:01Z", 10**9),
        ("2026-11-29T01:58:00.5Z", 1795917480_500000000),
        ("2026-11-29T01:58:00.123456789Z", 1795917480_123456789),
        ("2026-11-29T01:58:00.1234567891234Z", 1795917480_123456789),
        ("2026-11-29T02:58:00.25+01:00", 1795917480_250000000),
        ("2026-11-29T01:58:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("1969-12-31T23:59:59Z", None),
        ("1970-01-01T00:00:00+23:00", None),
        ("yesterday", None),
        ("2026-13-01T00:00:00Z", None),
        ("2026-11-29T01:58:00.5Zoo", None),
        ("", None),
        (5, None),
    ],
)
def test_nanoseconds(stamp: object, expected: int | None) -> None:
    assert nanoseconds(stamp) == expected

# SPDX-License-Identifier: Apache-2.0
"""Facts of containers out of their pod."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from falcomod.engine.state.tables import State
from falcomod.enrich import kubernetes_objects as objects
from falcomod.enrich.pod_containers import containers_of
from falcomod.enrich.pods import Pods
from tests.kubernetes.objects import DIGEST, container_id
from tests.replayed_api import recorded_object


@pytest.fixture
def pod() -> dict[str, Any]:
    items = recorded_object("pods.json")["items"]
    found = next(i for i in items if i["metadata"]["name"] == "web-1")
    assert isinstance(found, dict)
    return copy.deepcopy(found)


def test_everything_that_the_server_knows(pod: dict[str, Any]) -> None:
    (container,) = containers_of(pod)
    assert container.id == container_id("shop/web-1")
    assert container.is_running
    assert container.facts == {
        "full_id": container.id,
        "type": "containerd",
        "name": "web",
        "image": "docker.io/library/nginx:1.27",
        "image_repository": "docker.io/library/nginx",
        "image_tag": "1.27",
        "image_digest": DIGEST,
        "start_ns": 1_767_323_045_000_000_000,
        "privileged": True,
        "mounts": [("/etc", "/host/etc", "", False, "private")],
        "liveness_probe": ("/bin/check", ["alive"]),
        "readiness_probe": ("/bin/check", []),
        "ip": "10.1.0.5",
        "pod_name": "web-1",
        "pod_namespace": "shop",
        "pod_uid": pod["metadata"]["uid"],
        "pod_ip": "10.1.0.5",
        "pod_labels": {"app": "web"},
        "host_network": False,
        "host_pid": False,
        "host_ipc": False,
    }


def test_container_without_an_id_is_none_yet(pod: dict[str, Any]) -> None:
    pod["status"]["containerStatuses"][0]["containerID"] = ""
    assert containers_of(pod) == ()
    del pod["status"]
    assert containers_of(pod) == ()


def test_init_and_ephemeral_containers_are_containers(pod: dict[str, Any]) -> None:
    status = pod["status"]["containerStatuses"][0]
    pod["spec"]["initContainers"] = [{"name": "first", "image": "busybox"}]
    ended = {"state": {"terminated": {"exitCode": 0}}, "image": "", "imageID": ""}
    pod["status"]["initContainerStatuses"] = [
        status | ended | {"name": "first", "containerID": "cri-o://aa"}
    ]
    pod["spec"]["ephemeralContainers"] = [{"name": "look", "image": "debug:1"}]
    pod["status"]["ephemeralContainerStatuses"] = [
        status | {"name": "look", "containerID": "docker://bb", "image": "debug:1"}
    ]
    first, web, look = containers_of(pod)
    assert [first.is_running, web.is_running, look.is_running] == [False, True, True]
    assert (first.facts["type"], first.facts["image"]) == ("cri-o", "busybox")
    assert "start_ns" not in first.facts
    assert (look.facts["type"], look.facts["privileged"]) == ("docker", False)


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("docker-pullable://nginx@sha256:12ab", {"image_digest": "sha256:12ab"}),
        ("registry:5000/a/b@sha256:12ab", {"image_digest": "sha256:12ab"}),
        ("sha256:12ab", {"image_id": "12ab"}),
        ("docker://sha256:12ab", {"image_id": "12ab"}),
        ("nginx", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_id_or_digest_of_the_image(pod: dict[str, Any], said: Any, facts: dict[str, str]) -> None:
    pod["status"]["containerStatuses"][0]["imageID"] = said
    (container,) = containers_of(pod)
    found = {k: v for k, v in container.facts.items() if k in ("image_id", "image_digest")}
    assert found == facts


def test_image_of_which_the_runtime_says_an_id_is_called_as_it_was_asked_for(
    pod: dict[str, Any],
) -> None:
    pod["status"]["containerStatuses"][0]["image"] = "sha256:" + "a" * 64
    (container,) = containers_of(pod)
    assert container.facts["image"] == "docker.io/library/nginx:1.27"


def test_mount_of_a_part_of_a_path_that_the_host_shares(pod: dict[str, Any]) -> None:
    mount = {
        "name": "etc",
        "mountPath": "/m",
        "subPath": "ssl",
        "mountPropagation": "Bidirectional",
    }
    other = {"name": "other", "mountPath": "/n"}
    pod["spec"]["containers"][0]["volumeMounts"] = [mount, other, {"name": 1}, "etc"]
    (container,) = containers_of(pod)
    assert container.facts["mounts"] == [("/etc/ssl", "/m", "", True, "rshared")]


@pytest.mark.parametrize("command", [None, [], "/bin/sh", [1], [""], {"a": 1}])
def test_probe_that_is_no_command(pod: dict[str, Any], command: Any) -> None:
    pod["spec"]["containers"][0]["livenessProbe"] = {"exec": {"command": command}}
    (container,) = containers_of(pod)
    assert "liveness_probe" not in container.facts


@pytest.mark.parametrize(
    "time", [None, 5, "", "yesterday", "2026-01-02T03:04:05", "0001-01-01T00:00:00Z"]
)
def test_time_that_is_none(pod: dict[str, Any], time: Any) -> None:
    pod["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": time, "x": 1}}
    (container,) = containers_of(pod)
    assert container.is_running
    assert "start_ns" not in container.facts


def test_every_place_may_hold_anything(pod: dict[str, Any]) -> None:
    """No value of a wrong type, wherever it stands, is an error here or for the state."""
    state = State()
    known = Pods(state.set_pod, state.remove_pod)

    def damage(value: Any, wrong: Any) -> None:
        pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
        for key, inner in pairs:
            value[key] = wrong
            for container in containers_of(pod):
                state.set_container(container.id, container.facts)
            kept = objects.pod(pod)
            if kept is not None:
                known.put_pod(kept, 0.0)
            value[key] = inner
            if isinstance(inner, dict | list):
                damage(inner, wrong)

    for wrong in (None, 1, "x", [], {}, [[]], [None], {"": ""}, True):
        damage(pod, wrong)

# SPDX-License-Identifier: Apache-2.0
"""What is kept of objects that the real API server described, and of wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from falcomod.enrich import kubernetes_objects as objects
from falcomod.enrich.kubernetes_objects import MIRROR, Namespace, Reference
from tests.replayed_api import recorded_object

WRONG: list[Any] = [
    None,
    1,
    "pod",
    [],
    {},
    {"metadata": None},
    {"metadata": {"uid": "u"}},
    {"metadata": {"name": "n", "namespace": "s", "uid": 7}},
    {"metadata": {"name": ["n"], "namespace": {}, "uid": "u"}},
]


def item(name: str, which: str) -> dict[str, Any]:
    """An item of a recorded list, by its name."""
    return next(i for i in recorded_object(name)["items"] if i["metadata"]["name"] == which)


def test_pod_with_its_owner() -> None:
    given = item("pods.json", "web-1")
    pod = objects.pod(given)
    assert pod is not None
    assert (pod.name, pod.namespace, pod.ip) == ("web-1", "shop", "10.1.0.5")
    assert pod.uid == given["metadata"]["uid"]
    assert pod.names == (pod.uid,)
    assert pod.labels == {"app": "web"}
    reference = given["metadata"]["ownerReferences"][0]
    assert pod.owner == Reference("ReplicaSet", "shop", "web-6d4cf56db6", reference["uid"])
    assert [container.facts["name"] for container in pod.containers] == ["web"]


def test_static_pod_has_the_name_that_kubelet_gave_it_too() -> None:
    given = {
        "metadata": {"name": "n", "namespace": "s", "uid": "u", "annotations": {MIRROR: "abc"}}
    }
    pod = objects.pod(given)
    assert pod is not None
    assert pod.names == ("u", "abc")


def test_owner_that_does_not_control_is_none() -> None:
    owner = {"kind": "ReplicaSet", "name": "r", "uid": "r1"}
    given = {"metadata": {"name": "n", "namespace": "s", "uid": "u", "ownerReferences": [owner]}}
    pod = objects.pod(given)
    assert pod is not None
    assert pod.owner is None


def test_namespace_of_which_the_server_told_the_metadata_only() -> None:
    given = item("namespaces.json", "shop")
    assert "spec" not in given
    assert objects.namespace(given) == Namespace(
        given["metadata"]["uid"], "shop", {"team": "buyers"}
    )


def test_service_and_whom_it_selects() -> None:
    service = objects.service(item("services.json", "web"))
    assert service is not None
    assert (service.namespace, service.name) == ("shop", "web")
    assert service.labels == {"kept-by": "shop"}
    assert service.selector == {"app": "web"}
    of_the_server = objects.service(item("services.json", "kubernetes"))
    assert of_the_server is not None
    assert of_the_server.selector == {}


def test_service_of_which_a_part_of_the_selector_is_wrong_selects_none() -> None:
    given = {
        "metadata": {"name": "n", "namespace": "s", "uid": "u"},
        "spec": {"selector": {"app": "web", "zone": 1}},
    }
    service = objects.service(given)
    assert service is not None
    assert service.selector == {}


def test_controllers_and_what_controls_them() -> None:
    deployment = objects.controller(recorded_object("deployment.json"))
    assert deployment is not None
    assert deployment.labels == {"tier": "front"}
    assert deployment.owner is None
    replica_set = objects.controller(recorded_object("replica_set.json"))
    assert replica_set is not None
    assert replica_set.owner == Reference("Deployment", "shop", "web", deployment.uid)


@pytest.mark.parametrize("value", WRONG)
def test_object_that_cannot_be_one_is_none(value: Any) -> None:
    assert objects.pod(value) is None
    assert objects.service(value) is None
    assert objects.namespace({"metadata": {"name": 1, "uid": "u"}}) is None
    assert objects.controller({"metadata": {"uid": None}}) is None
    assert objects.controller(value) is None or value["metadata"]["uid"] == "u"

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest

from falcomod.enrich.cri_api import CriApi
from falcomod.enrich.cri_lookup import PODS_MAX, CriLookup
from falcomod.enrich.deadline import Deadline
from falcomod.enrich.proto import cri_pb2 as pb
from falcomod.errors import ContainerUnknown, RuntimeUnavailable

POD = "ab" * 32
ID = "cd" * 32
DIGEST = "sha256:" + "5e" * 32


class Runtime(CriApi):
    """Answers from memory, and counts the questions about pods."""

    def __init__(self) -> None:
        self.statuses: dict[str, Any] = {}
        self.pods: dict[str, Any] = {}
        self.images: dict[str, pb.Image] = {}
        self.rows: dict[str, str] = {}  # sandboxes by container
        self.asked: list[str] = []

    def container(self, id: str, timeout_s: float) -> pb.ContainerStatusResponse:
        assert timeout_s > 0
        if id not in self.statuses:
            raise ContainerUnknown(id)
        return self.statuses[id]  # type: ignore[no-any-return]

    def sandbox(self, id: str, timeout_s: float) -> pb.PodSandboxStatusResponse:
        self.asked.append(id)
        if id not in self.pods:
            raise ContainerUnknown(id)
        return self.pods[id]  # type: ignore[no-any-return]

    def pod_of(self, id: str, timeout_s: float) -> str:
        if id not in self.rows:
            raise RuntimeUnavailable(id)
        return self.rows[id]

    def image(self, reference: str, timeout_s: float) -> pb.Image:
        if reference not in self.images:
            raise RuntimeUnavailable(reference)
        return self.images[reference]


def status(id: str, pod: str | None = POD) -> pb.ContainerStatusResponse:
    details = json.dumps({"sandboxID": pod, "pid": 7}).encode()
    return pb.ContainerStatusResponse(
        status=pb.ContainerStatus(id=id.encode()), info=[pb.Pair(key=b"info", value=details)]
    )


def pod(id: str, ip: str = "10.0.0.1") -> pb.PodSandboxStatusResponse:
    network = pb.PodSandboxNetworkStatus(ip=ip.encode())
    metadata = pb.PodSandboxMetadata(name=b"shop")
    return pb.PodSandboxStatusResponse(
        status=pb.PodSandboxStatus(id=id.encode(), metadata=metadata, network=network)
    )


@pytest.fixture
def runtime() -> Runtime:
    runtime = Runtime()
    runtime.statuses[ID] = status(ID)
    runtime.pods[POD] = pod(POD)
    return runtime


@pytest.fixture
def lookup(runtime: Runtime) -> CriLookup:
    return CriLookup(runtime, type="cri-o")


def test_a_container(lookup: CriLookup) -> None:
    found = lookup.container(ID, Deadline(5))
    assert (found.id, found.pid, found.is_complete) == (ID, 7, True)
    assert (found.facts["type"], found.facts["pod_name"]) == ("cri-o", "shop")


def test_a_sandbox(lookup: CriLookup) -> None:
    found = lookup.sandbox(POD, Deadline(5))
    assert (found.id, found.is_complete, found.facts["is_pod_sandbox"]) == (POD, True, True)


def test_the_beginning_of_an_id(lookup: CriLookup, runtime: Runtime) -> None:
    runtime.statuses[ID[:12]] = status(ID)
    assert lookup.container(ID[:12], Deadline(5)).id == ID


def test_a_pod_is_asked_for_once(lookup: CriLookup, runtime: Runtime) -> None:
    for _ in range(3):
        lookup.container(ID, Deadline(5))
    assert runtime.asked == [POD]


def test_a_pod_is_asked_for_again_until_it_has_an_address(
    lookup: CriLookup, runtime: Runtime
) -> None:
    runtime.pods[POD] = pod(POD, ip="")
    assert not lookup.container(ID, Deadline(5)).is_complete
    runtime.pods[POD] = pod(POD)
    assert lookup.container(ID, Deadline(5)).facts["pod_ip"] == "10.0.0.1"
    lookup.container(ID, Deadline(5))
    assert runtime.asked == [POD, POD]


def test_pods_do_not_pile_up(lookup: CriLookup, runtime: Runtime) -> None:
    ids = [f"{number:064x}" for number in range(PODS_MAX + 1)]
    for id in ids:
        runtime.pods[id] = pod(id)
        lookup.sandbox(id, Deadline(5))
    runtime.asked.clear()
    for id in (ids[-1], ids[0]):
        runtime.statuses[ID] = status(ID, pod=id)
        lookup.container(ID, Deadline(5))
    assert runtime.asked == [ids[0]]


def test_a_pod_that_is_not_told(lookup: CriLookup, runtime: Runtime) -> None:
    runtime.statuses[ID] = status(ID, pod=None)
    assert not lookup.container(ID, Deadline(5)).is_complete
    runtime.rows[ID] = POD
    assert lookup.container(ID, Deadline(5)).is_complete


def test_a_pod_that_has_gone(lookup: CriLookup, runtime: Runtime) -> None:
    del runtime.pods[POD]
    found = lookup.container(ID, Deadline(5))
    assert not found.is_complete
    assert "pod_name" not in found.facts


def test_an_answer_about_another_container(lookup: CriLookup, runtime: Runtime) -> None:
    runtime.statuses[ID] = status("ef" * 32)
    with pytest.raises(RuntimeUnavailable, match="an answer about efef"):
        lookup.container(ID, Deadline(5))


def test_an_empty_answer(lookup: CriLookup, runtime: Runtime) -> None:
    runtime.statuses[ID] = pb.ContainerStatusResponse()
    runtime.pods[POD] = pb.PodSandboxStatusResponse()
    with pytest.raises(ContainerUnknown):
        lookup.container(ID, Deadline(5))
    with pytest.raises(ContainerUnknown):
        lookup.sandbox(POD, Deadline(5))


def test_the_digest_of_an_image_that_is_known_by_its_id(
    lookup: CriLookup, runtime: Runtime
) -> None:
    references = [b"\xff", b"quay.io/a", f"quay.io/a@{DIGEST}".encode()]
    runtime.images["sha256:aa"] = pb.Image(repo_digests=references)
    assert lookup.digest_of({"image_id": "aa"}, Deadline(5)) == DIGEST
    assert lookup.digest_of({"image_id": "bb"}, Deadline(5)) is None
    assert lookup.digest_of({}, Deadline(5)) is None

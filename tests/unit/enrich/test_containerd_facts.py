# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest

from falcomod.enrich.containerd_facts import kind_of, native_facts, spec_of
from falcomod.enrich.proto import containerd_pb2 as pb
from tests.unit.enrich.proto.recorded import answer


def real(name: str) -> pb.Container:
    return pb.GetContainerResponse.FromString(answer(name)).container


def container(labels: dict[str, str] | None = None, **values: Any) -> pb.Container:
    pairs = [pb.Pair(key=k.encode(), value=v.encode()) for k, v in (labels or {}).items()]
    return pb.Container(labels=pairs, **({"id": b"web"} | values))


def test_a_real_container() -> None:
    found = real("native_web")
    facts = native_facts(found, spec_of(found))
    assert facts.pop("start_ns") > 10**18
    assert facts == {
        "full_id": "web",
        "name": "web",
        "image": "local.test/library/busybox:1.35",
        "image_repository": "local.test/library/busybox",
        "image_tag": "1.35",
        "is_pod_sandbox": False,
        "privileged": False,
        "host_pid": False,
        "host_network": False,
        "host_ipc": False,
        "labels": {"app": "shop"},
        "annotations": {},
        "mounts": [],
        "env": {"PATH": "/bin"},
    }
    assert kind_of(found) == b""


def test_a_real_container_of_a_pod() -> None:
    found = real("native_container")
    assert kind_of(found) == b"container"
    facts = native_facts(found, spec_of(found))
    assert facts["name"] == "front"
    assert facts["image_repository"] == "local.test/library/busybox"
    assert (facts["pod_name"], facts["pod_namespace"]) == ("shop", "default")
    assert len(facts["pod_uid"]) == 36
    assert facts["pod_full_sandbox_id"][:12] == facts["pod_sandbox_id"]
    assert facts["labels"]["io.kubernetes.sandbox.id"] == facts["pod_full_sandbox_id"]
    assert facts["host_network"] is None
    assert ("/etc", "/host/etc", "", False, "rslave") in facts["mounts"]
    assert not facts["is_pod_sandbox"]


def test_a_real_sandbox() -> None:
    found = real("native_sandbox")
    assert kind_of(found) == b"sandbox"
    facts = native_facts(found, spec_of(found))
    assert facts["is_pod_sandbox"]
    assert facts["name"] == facts["pod_name"] == "shop"
    assert facts["full_id"] == facts["pod_full_sandbox_id"]
    assert facts["pod_labels"]["app"] == "shop"
    assert facts["image_repository"] == "local.test/pause"


@pytest.mark.parametrize(
    ("id", "labels", "name"),
    [
        ("web", {}, "web"),
        ("a-name-that-is-rather-long", {}, "a-name-that-is-rather-long"),
        ("ab" * 32, {}, "ab" * 6),
        ("ab" * 32, {"nerdctl/name": "shop"}, "shop"),
        ("ab" * 32, {"nerdctl/name": ""}, "ab" * 6),
    ],
)
def test_name(id: str, labels: dict[str, str], name: str) -> None:
    assert native_facts(container(labels, id=id.encode()), {})["name"] == name


@pytest.mark.parametrize("kind", ["", "pod", "SANDBOX"])
def test_a_kind_that_is_none(kind: str) -> None:
    assert kind_of(container({"io.cri-containerd.kind": kind})) == b""


@pytest.mark.parametrize(
    ("seconds", "nanos", "expected"),
    [(1_700_000_000, 5, 1_700_000_000_000_000_005), (0, 0, None), (-62135596800, 0, None),
     (1 << 40, 0, None)],
)  # fmt: skip
def test_start(seconds: int, nanos: int, expected: int | None) -> None:
    found = container(created_at=pb.Timestamp(seconds=seconds, nanos=nanos))
    assert native_facts(found, {}).get("start_ns") == expected


@pytest.mark.parametrize(
    "spec", [b"", b"{", b"[]", b'{"linux": 5}', b"x" * 5_000_000, b'{"annotations": [1]}']
)
def test_a_specification_that_is_none(spec: bytes) -> None:
    labels = {"io.cri-containerd.kind": "sandbox", "big": "x" * 10_000_000}
    found = container(labels, spec=pb.Any(value=spec))
    facts = native_facts(found, spec_of(found))
    assert facts["full_id"] == "web"
    assert facts["pod_labels"] == {"io.cri-containerd.kind": "sandbox"}


def test_annotations_tell_what_labels_do_not() -> None:
    annotations = {
        "io.kubernetes.cri.sandbox-id": "cd" * 32,
        "io.kubernetes.cri.sandbox-name": "shop",
        "io.kubernetes.cri.sandbox-namespace": "prod",
        "io.kubernetes.cri.container-name": "front",
        "io.kubernetes.cri.image-name": "quay.io/a/b:1",
    }
    found = container(
        {"io.cri-containerd.kind": "container"},
        image=b"sha256:" + b"0c" * 32,
        spec=pb.Any(value=json.dumps({"annotations": annotations}).encode()),
    )
    facts = native_facts(found, spec_of(found))
    assert (facts["name"], facts["image"], facts["image_tag"]) == ("front", "quay.io/a/b:1", "1")
    assert (facts["pod_name"], facts["pod_namespace"]) == ("shop", "prod")
    assert facts["pod_sandbox_id"] == "cd" * 6

# SPDX-License-Identifier: Apache-2.0
"""The field numbers are those of a real containerd's container runtime interface."""

from __future__ import annotations

import json

from falcomod.enrich.proto import cri_pb2 as pb
from tests.unit.enrich.proto.recorded import answer


def test_version() -> None:
    assert pb.VersionResponse.FromString(answer("version")).runtime_name == b"containerd"


def test_container() -> None:
    found = pb.ContainerStatusResponse.FromString(answer("container"))
    status = found.status
    assert len(status.id) == 64
    assert status.metadata.name == b"front"
    assert status.state == pb.CONTAINER_RUNNING
    assert 10**18 < status.created_at < status.started_at
    assert status.image.image == b"local.test/library/busybox:1.35"
    assert status.image_ref.startswith(b"sha256:")
    assert {pair.key for pair in status.labels} >= {b"io.kubernetes.pod.name"}
    (mount,) = status.mounts
    assert (mount.host_path, mount.container_path) == (b"/etc", b"/host/etc")
    assert mount.readonly
    assert mount.propagation == pb.PROPAGATION_HOST_TO_CONTAINER
    (info,) = found.info
    assert info.key == b"info"
    assert json.loads(info.value)["pid"] > 1


def test_sandbox() -> None:
    found = pb.PodSandboxStatusResponse.FromString(answer("sandbox"))
    status = found.status
    assert len(status.id) == 64
    assert (status.metadata.name, status.metadata.namespace) == (b"shop", b"default")
    assert len(status.metadata.uid) == 36
    assert status.state == pb.SANDBOX_READY
    assert status.network.ip.startswith(b"10.88.")
    assert status.linux.namespaces.options.network == pb.POD
    assert status.linux.namespaces.options.pid == pb.CONTAINER
    assert {(pair.key, pair.value) for pair in status.labels} >= {(b"app", b"shop")}
    assert [(pair.key, pair.value) for pair in status.annotations] == [(b"team", b"a")]
    assert "cniResult" in json.loads(found.info[0].value)


def test_lists() -> None:
    (row,) = pb.ListContainersResponse.FromString(answer("containers")).containers
    (pod,) = pb.ListPodSandboxResponse.FromString(answer("sandboxes")).items
    assert row.pod_sandbox_id == pod.id
    assert row.state == pb.CONTAINER_RUNNING
    assert pod.state == pb.SANDBOX_READY


def test_image() -> None:
    image = pb.ImageStatusResponse.FromString(answer("image")).image
    assert image.id.startswith(b"sha256:")
    assert list(image.repo_tags) == [b"local.test/library/busybox:1.35"]

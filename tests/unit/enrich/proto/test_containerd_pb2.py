# SPDX-License-Identifier: Apache-2.0
"""The field numbers are those of a real containerd."""

from __future__ import annotations

import json

from falcomod.enrich.proto import containerd_pb2 as pb
from tests.unit.enrich.proto.recorded import answer, events


def test_container() -> None:
    container = pb.GetContainerResponse.FromString(answer("native_web")).container
    assert container.id == b"web"
    assert container.image == b"local.test/library/busybox:1.35"
    assert {pair.key: pair.value for pair in container.labels} == {b"app": b"shop"}
    assert json.loads(container.spec.value)["linux"]["cgroupsPath"] == "/default/web"
    assert container.created_at.seconds > 1_600_000_000
    assert 0 < container.created_at.nanos < 10**9


def test_task() -> None:
    process = pb.GetTaskResponse.FromString(answer("task")).process
    assert process.id == b"web"
    assert process.pid > 1
    assert process.status == pb.RUNNING
    assert pb.ListTasksResponse.FromString(answer("tasks")).tasks == [process]


def test_namespaces() -> None:
    listed = pb.ListNamespacesResponse.FromString(answer("namespaces")).namespaces
    assert [namespace.name for namespace in listed] == ["default", "k8s.io"]


def test_image() -> None:
    image = pb.GetImageResponse.FromString(answer("native_image")).image
    assert image.target.digest.startswith(b"sha256:")


def test_events() -> None:
    messages = {
        b"/containers/create": pb.ContainerCreate,
        b"/containers/delete": pb.ContainerDelete,
        b"/tasks/create": pb.TaskCreate,
        b"/tasks/start": pb.TaskStart,
        b"/tasks/exit": pb.TaskExit,
        b"/tasks/delete": pb.TaskDelete,
    }
    seen = []
    for data in events():
        envelope = pb.Envelope.FromString(data)
        message = messages.get(envelope.topic)
        if message is None or envelope.namespace != b"default":
            continue
        event = message.FromString(envelope.event.value)
        id = event.container_id if envelope.topic.startswith(b"/tasks/") else event.id
        if id == b"web":
            seen.append((envelope.topic, getattr(event, "pid", 1) > 0))
    topics = ("/containers/create", "/tasks/create", "/tasks/start", "/tasks/exit",
              "/tasks/delete", "/containers/delete")  # fmt: skip
    assert seen == [(topic.encode(), True) for topic in topics]


def test_labels_that_are_no_text_can_be_read() -> None:
    damaged = pb.Container(labels=[pb.Pair(key=b"\xff", value=b"\xfe")])
    assert pb.Container.FromString(damaged.SerializeToString()) == damaged

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod.enrich.containerd_api import TOPICS, ContainerdApi
from falcomod.enrich.grpc_channel import GrpcChannel
from falcomod.enrich.proto import containerd_pb2 as pb
from tests.unit.enrich.grpc_server import Server, answering
from tests.unit.enrich.proto.recorded import answer, events

TIMEOUT_S = 20


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server().at(tmp_path / "s") as server:
        yield server


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ContainerdApi]:
    channel = GrpcChannel(str(tmp_path / "s"))
    yield ContainerdApi(channel)
    channel.close()


def test_a_real_container_and_its_image(server: Server, api: ContainerdApi) -> None:
    server.unary["Get"] = answering(answer("native_web"))
    assert api.container("default", "web", TIMEOUT_S).id == b"web"
    server.unary["Get"] = answering(answer("native_image"))
    digest = api.image_digest("default", "local.test/library/busybox:1.35", TIMEOUT_S)
    assert digest is not None
    assert digest.startswith("sha256:")


def test_real_tasks(server: Server, api: ContainerdApi) -> None:
    server.unary["Get"] = answering(answer("task"))
    pid = api.pid("default", "web", TIMEOUT_S)
    assert pid is not None
    server.unary["List"] = answering(answer("tasks"))
    assert api.pids("default", TIMEOUT_S) == {"web": pid}


@pytest.mark.parametrize(
    ("status", "expected"),
    [(pb.RUNNING, 7), (pb.CREATED, 7), (pb.PAUSED, 7), (pb.STOPPED, None), (pb.UNKNOWN, None)],
)
def test_a_task_that_has_ended_has_no_process(
    server: Server, api: ContainerdApi, status: pb.Status, expected: int | None
) -> None:
    task = pb.Process(id=b"web", pid=7, status=status)
    server.unary["Get"] = answering(pb.GetTaskResponse(process=task).SerializeToString())
    server.unary["List"] = answering(pb.ListTasksResponse(tasks=[task]).SerializeToString())
    assert api.pid("default", "web", TIMEOUT_S) == expected
    assert api.pids("default", TIMEOUT_S) == ({"web": 7} if expected else {})


def test_names_that_can_be_no_namespaces(server: Server, api: ContainerdApi) -> None:
    names = ["default", "k8s.io", "", "a b", "a\nb", "naïve", "-a", "x_y-z"]
    listed = [pb.Namespace(name=name) for name in names]
    server.unary["List"] = answering(
        pb.ListNamespacesResponse(namespaces=listed).SerializeToString()
    )
    assert api.namespaces(TIMEOUT_S) == ["default", "k8s.io", "x_y-z"]


def test_the_namespace_is_a_header(server: Server, api: ContainerdApi) -> None:
    seen: list[Any] = []

    def get(_request: bytes, context: Any) -> bytes:
        seen.append(dict(context.invocation_metadata())["containerd-namespace"])
        return b""

    server.unary["Get"] = get
    api.container("k8s.io", "a", TIMEOUT_S)
    api.pid("default", "a", TIMEOUT_S)
    assert seen == ["k8s.io", "default"]


def test_a_list_is_a_stream(server: Server, api: ContainerdApi) -> None:
    rows = [pb.ListContainerMessage(container=pb.Container(id=id)) for id in (b"a", b"b")]
    asked: list[pb.ListContainersRequest] = []

    def stream(request: bytes, _context: Any) -> Iterator[bytes]:
        asked.append(pb.ListContainersRequest.FromString(request))
        yield from (row.SerializeToString() for row in rows)

    server.streams["ListStream"] = stream
    assert [row.id for row in api.containers("default", TIMEOUT_S, ("id==a",))] == [b"a", b"b"]
    assert asked == [pb.ListContainersRequest(filters=["id==a"])]


def test_events_of_the_topics(server: Server, api: ContainerdApi) -> None:
    asked: list[pb.SubscribeRequest] = []

    def stream(request: bytes, _context: Any) -> Iterator[bytes]:
        asked.append(pb.SubscribeRequest.FromString(request))
        yield from events()

    server.streams["Subscribe"] = stream
    assert list(api.events()) == [pb.Envelope.FromString(row) for row in events()]
    assert len(asked[0].filters) == len(TOPICS)

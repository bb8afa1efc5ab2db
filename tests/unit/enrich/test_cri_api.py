# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod.enrich.cri_api import CriApi
from falcomod.enrich.grpc_channel import GrpcChannel, MethodMissing
from falcomod.enrich.proto import cri_pb2 as pb
from falcomod.errors import ContainerUnknown
from tests.unit.enrich.grpc_server import Server, answering
from tests.unit.enrich.proto.recorded import answer

TIMEOUT_S = 20


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server().at(tmp_path / "s") as server:
        yield server


@pytest.fixture
def api(tmp_path: Path) -> Iterator[CriApi]:
    channel = GrpcChannel(str(tmp_path / "s"))
    yield CriApi(channel)
    channel.close()


def test_what_a_real_runtime_answers(server: Server, api: CriApi) -> None:
    server.unary = {
        "Version": answering(answer("version")),
        "ContainerStatus": answering(answer("container")),
        "PodSandboxStatus": answering(answer("sandbox")),
        "ListContainers": answering(answer("containers")),
        "ListPodSandbox": answering(answer("sandboxes")),
        "ImageStatus": answering(answer("image")),
    }
    assert api.runtime_name(TIMEOUT_S) == "containerd"
    id = api.container("x", TIMEOUT_S).status.id.decode()
    pod = api.sandbox("x", TIMEOUT_S).status.id.decode()
    assert api.containers(TIMEOUT_S) == {id: True}
    assert api.sandboxes(TIMEOUT_S) == {pod: True}
    assert api.pod_of(id, TIMEOUT_S) == pod
    assert api.image("x", TIMEOUT_S).id.startswith(b"sha256:")


def test_what_is_asked(server: Server, api: CriApi) -> None:
    asked: list[Any] = []

    def keep(message: Any) -> Any:
        def handler(request: bytes, _context: Any) -> bytes:
            asked.append(message.FromString(request))
            return b""

        return handler

    server.unary = {
        "ContainerStatus": keep(pb.ContainerStatusRequest),
        "PodSandboxStatus": keep(pb.PodSandboxStatusRequest),
        "ImageStatus": keep(pb.ImageStatusRequest),
    }
    api.container("a", TIMEOUT_S)
    api.sandbox("b", TIMEOUT_S)
    api.image("sha256:c", TIMEOUT_S)
    assert asked == [
        pb.ContainerStatusRequest(container_id="a", verbose=True),
        pb.PodSandboxStatusRequest(pod_sandbox_id="b", verbose=True),
        pb.ImageStatusRequest(image=pb.ImageSpec(image=b"sha256:c")),
    ]


def test_a_container_without_a_sandbox(server: Server, api: CriApi) -> None:
    other = pb.Container(id=b"other", pod_sandbox_id=b"p")
    message = pb.ListContainersResponse(containers=[other, pb.Container(id=b"a")])
    server.unary["ListContainers"] = answering(message.SerializeToString())
    for id in ("a", "b"):
        with pytest.raises(ContainerUnknown):
            api.pod_of(id, TIMEOUT_S)


def test_rows_without_an_id_are_left_out(server: Server, api: CriApi) -> None:
    message = pb.ListContainersResponse(
        containers=[pb.Container(), pb.Container(id=b"a", state=pb.CONTAINER_EXITED)]
    )
    server.unary["ListContainers"] = answering(message.SerializeToString())
    assert api.containers(TIMEOUT_S) == {"a": False}


def test_events(server: Server, api: CriApi) -> None:
    event = pb.ContainerEventResponse(container_id=b"a")
    server.streams["GetContainerEvents"] = lambda *_: iter([event.SerializeToString()])
    assert list(api.events()) == [event]


def test_a_runtime_without_events(server: Server, api: CriApi) -> None:
    with pytest.raises(MethodMissing):
        next(iter(api.events()))

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from falcomod.engine.state.cgroup import kind_words
from falcomod.enrich import containerd
from falcomod.enrich.containerd import ContainerdRuntime, change_of
from falcomod.enrich.proto import containerd_pb2 as pb
from falcomod.enrich.proto import cri_pb2 as cri
from falcomod.enrich.runtime import Change
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.unit.enrich.grpc_server import Server, answering, refusing
from tests.unit.enrich.proto.recorded import answer, events

TIMEOUT_S = 20
ID = "cd" * 32


class Containerd(Server):
    """Containers, tasks and images by namespace; "Get" is a method of three services."""

    def __init__(self) -> None:
        super().__init__()
        self.containers: dict[str, dict[str, pb.Container]] = {"default": {}, "k8s.io": {}}
        self.pids: dict[str, int] = {}
        self.images: dict[str, str] = {}
        self.gets: list[tuple[str, str]] = []  # namespace and service
        self.streams["ListStream"] = self.list_stream

    def service(self, call: Any) -> Any:
        service, method = call.method.split(".")[-1].split("/")
        handler = {
            "Namespaces/List": self.namespaces,
            "Containers/Get": self.get,
            "Tasks/Get": self.task,
            "Tasks/List": self.tasks,
            "Images/Get": self.image,
        }.get(f"{service}/{method}")
        if handler is None or service in self.unary:
            return super().service(call)
        return grpc.unary_unary_rpc_method_handler(handler)

    def add(
        self, namespace: str, id: str, labels: dict[str, str] | None = None, **spec: Any
    ) -> None:
        pairs = [pb.Pair(key=k.encode(), value=v.encode()) for k, v in (labels or {}).items()]
        self.containers.setdefault(namespace, {})[id] = pb.Container(
            id=id.encode(),
            labels=pairs,
            image=b"quay.io/a/b:1",
            spec=pb.Any(value=json.dumps(spec).encode()),
        )

    def namespaces(self, _request: bytes, _context: Any) -> bytes:
        rows = [pb.Namespace(name=name) for name in self.containers]
        return pb.ListNamespacesResponse(namespaces=rows).SerializeToString()

    def get(self, request: bytes, context: Any) -> bytes:
        namespace = self.namespace(context)
        self.gets.append((namespace, "Containers"))
        id = pb.GetContainerRequest.FromString(request).id
        container = self.containers[namespace].get(id)
        if container is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"container {id}: not found")
        return pb.GetContainerResponse(container=container).SerializeToString()

    def list_stream(self, request: bytes, context: Any) -> Iterator[bytes]:
        filters = pb.ListContainersRequest.FromString(request).filters
        prefix = filters[0].removeprefix('id~="^').removesuffix('"') if filters else ""
        for id, container in self.containers[self.namespace(context)].items():
            if id.startswith(prefix):
                yield pb.ListContainerMessage(container=container).SerializeToString()

    def task(self, request: bytes, context: Any) -> bytes:
        id = pb.GetTaskRequest.FromString(request).container_id
        if id not in self.pids:
            context.abort(grpc.StatusCode.NOT_FOUND, "no task")
        return pb.GetTaskResponse(process=self.process(id)).SerializeToString()

    def tasks(self, _request: bytes, context: Any) -> bytes:
        mine = self.containers[self.namespace(context)]
        rows = [self.process(id) for id in self.pids if id in mine]
        return pb.ListTasksResponse(tasks=rows).SerializeToString()

    def image(self, request: bytes, context: Any) -> bytes:
        self.gets.append((self.namespace(context), "Images"))
        name = pb.GetImageRequest.FromString(request).name
        if name not in self.images:
            context.abort(grpc.StatusCode.NOT_FOUND, "no image")
        target = pb.Descriptor(digest=self.images[name].encode())
        return pb.GetImageResponse(image=pb.Image(target=target)).SerializeToString()

    def process(self, id: str) -> pb.Process:
        return pb.Process(id=id.encode(), pid=self.pids[id], status=pb.RUNNING)

    @staticmethod
    def namespace(context: Any) -> str:
        return str(dict(context.invocation_metadata())["containerd-namespace"])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Containerd]:
    server = Containerd()
    with server.at(tmp_path / "s"):
        yield server


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[ContainerdRuntime]:
    runtime = ContainerdRuntime(str(tmp_path / "s"))
    yield runtime
    runtime.close()


def test_a_container_of_any_namespace(server: Containerd, runtime: ContainerdRuntime) -> None:
    server.add("other", "web", {"a": "b"}, linux={"cgroupsPath": "/other/web"})
    server.pids["web"] = 7
    server.images["quay.io/a/b:1"] = "sha256:5e"
    found = runtime.find("web", TIMEOUT_S)
    assert (found.id, found.pid, found.cgroup) == ("web", 7, "/other/web")
    assert found.is_complete
    assert found.facts["type"] == "containerd"
    assert found.facts["labels"] == {"a": "b"}
    assert found.facts["image_digest"] == "sha256:5e"


def test_a_namespace_is_remembered(server: Containerd, runtime: ContainerdRuntime) -> None:
    server.add("other", "web")
    for _ in range(2):
        runtime.find("web", TIMEOUT_S)
    asked = [namespace for namespace, service in server.gets if service == "Containers"]
    assert asked == ["k8s.io", "default", "other", "other"]


def test_a_name_that_moved_to_another_namespace(
    server: Containerd, runtime: ContainerdRuntime
) -> None:
    server.add("other", "web")
    runtime.find("web", TIMEOUT_S)
    server.containers["default"] = server.containers.pop("other")
    server.containers["other"] = {}
    assert runtime.find("web", TIMEOUT_S).id == "web"


def test_the_digest_of_an_image_is_asked_for_once(
    server: Containerd, runtime: ContainerdRuntime
) -> None:
    server.add("default", "web")
    for _ in range(3):
        assert "image_digest" not in runtime.find("web", TIMEOUT_S).facts
    assert [service for _, service in server.gets].count("Images") == 1


@pytest.mark.parametrize("id", ["web", "cd" * 6, "ef" * 32])
def test_a_container_that_is_not_there(
    server: Containerd, runtime: ContainerdRuntime, id: str
) -> None:
    with pytest.raises(ContainerUnknown):
        runtime.find(id, TIMEOUT_S)


def test_the_beginning_of_an_id(server: Containerd, runtime: ContainerdRuntime) -> None:
    server.add("default", ID)
    assert runtime.find(ID[:12], TIMEOUT_S).id == ID


@pytest.mark.parametrize("id", ["", "a b", "../a", "a\ud800", 'a"', "a\n", "x" * 200])
def test_what_can_be_no_id_is_not_asked_for(tmp_path: Path, id: str) -> None:
    with pytest.raises(ContainerUnknown):
        ContainerdRuntime(str(tmp_path / "absent")).find(id, TIMEOUT_S)


def pod_container(server: Containerd, id: str, **statuses: bytes) -> None:
    kind = {"io.cri-containerd.kind": "container", "io.kubernetes.pod.name": "shop"}
    server.add("k8s.io", id, kind, linux={"cgroupsPath": f"/kubepods/{id}"})
    server.unary |= {method: answering(status) for method, status in statuses.items()}


def test_a_container_of_a_pod(server: Containerd, runtime: ContainerdRuntime) -> None:
    status = answer("container")
    id = cri.ContainerStatusResponse.FromString(status).status.id.decode()
    pod_container(server, id, ContainerStatus=status, PodSandboxStatus=answer("sandbox"))
    found = runtime.find(id, TIMEOUT_S)
    assert found.is_complete
    assert found.pid is not None
    assert found.cgroup == f"/kubepods/{id}"
    assert found.facts["name"] == "front"
    assert found.facts["pod_ip"] == "10.88.0.2"
    # No registry gave it a digest, and neither did containerd: the id has to do.
    assert found.facts["image_digest"] == f"sha256:{found.facts['image_id']}"


def test_a_sandbox(server: Containerd, runtime: ContainerdRuntime) -> None:
    status = answer("sandbox")
    id = cri.PodSandboxStatusResponse.FromString(status).status.id.decode()
    server.add("k8s.io", id, {"io.cri-containerd.kind": "sandbox"})
    server.unary["PodSandboxStatus"] = answering(status)
    found = runtime.find(id, TIMEOUT_S)
    assert found.is_complete
    assert found.facts["is_pod_sandbox"]
    assert found.facts["name"] == "shop"


@pytest.mark.parametrize(
    "code",
    [grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNAVAILABLE],
)
def test_a_container_that_only_containerd_knows(
    server: Containerd, runtime: ContainerdRuntime, code: grpc.StatusCode
) -> None:
    pod_container(server, ID)
    server.unary["ContainerStatus"] = refusing(code)
    found = runtime.find(ID, TIMEOUT_S)
    assert not found.is_complete
    assert found.facts["pod_name"] == "shop"
    assert "host_network" not in found.facts


def test_garbage_from_the_interface(server: Containerd, runtime: ContainerdRuntime) -> None:
    pod_container(server, ID, ContainerStatus=b"\xff" * 100)
    assert not runtime.find(ID, TIMEOUT_S).is_complete


def test_an_interface_that_does_not_answer(
    server: Containerd, runtime: ContainerdRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containerd, "DETAIL_WAIT_S", 0.05)
    goes_on = threading.Event()
    pod_container(server, ID)

    def never(_request: bytes, _context: Any) -> bytes:
        goes_on.wait()
        return b""

    server.unary["ContainerStatus"] = never
    found = runtime.find(ID, TIMEOUT_S)
    goes_on.set()
    assert not found.is_complete
    assert found.facts["pod_name"] == "shop"


def test_docker_s_containers_are_found_last_and_not_listed(
    server: Containerd, runtime: ContainerdRuntime
) -> None:
    server.add("moby", ID)
    server.pids[ID] = 7
    found = runtime.find(ID, TIMEOUT_S)
    assert (found.facts["type"], found.is_complete) == ("docker", False)
    assert server.gets[-2][0] == "moby"
    assert runtime.list(TIMEOUT_S) == []


def test_list_has_what_runs(server: Containerd, runtime: ContainerdRuntime) -> None:
    server.add("default", "a")
    server.add("default", "ended")
    server.add("other", "b")
    server.pids |= {"a": 1, "b": 2}
    assert [(row.id, row.pid) for row in runtime.list(TIMEOUT_S)] == [("a", 1), ("b", 2)]


def test_a_task_that_does_not_answer(
    server: Containerd, runtime: ContainerdRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containerd, "DETAIL_WAIT_S", 0.05)
    goes_on = threading.Event()
    server.add("default", "web")

    def never(_request: bytes, _context: Any) -> bytes:
        goes_on.wait()
        return b""

    monkeypatch.setattr(server, "task", never)
    found = runtime.find("web", TIMEOUT_S)
    goes_on.set()
    assert (found.pid, found.facts["name"]) == (None, "web")


def test_list_is_bounded(
    server: Containerd, runtime: ContainerdRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containerd, "LISTED_MAX", 3)
    for number in range(5):
        server.add("default", f"c{number}")
        server.pids[f"c{number}"] = number + 1
    assert len(runtime.list(TIMEOUT_S)) == 3


def test_an_empty_answer(server: Containerd, runtime: ContainerdRuntime) -> None:
    server.containers["default"]["web"] = pb.Container()
    with pytest.raises(RuntimeUnavailable, match="without an id"):
        runtime.find("web", TIMEOUT_S)


@pytest.mark.parametrize("label_max", [0, 5, 200])
def test_longest_label(server: Containerd, tmp_path: Path, label_max: int) -> None:
    labels = {"a": "x" * 5, "b": "x" * 200}
    server.add("default", "web", labels)
    runtime = ContainerdRuntime(str(tmp_path / "s"), label_max=label_max)
    found = runtime.find("web", TIMEOUT_S).facts["labels"]
    runtime.close()
    assert found == {name: value for name, value in labels.items() if len(value) <= label_max}


def test_labels_of_ten_megabytes(server: Containerd, runtime: ContainerdRuntime) -> None:
    server.add("default", "web", {"huge": "x" * 10_000_000, "a": "b"})
    assert runtime.find("web", TIMEOUT_S).facts["labels"] == {"a": "b"}


def test_changes_of_a_real_containerd(server: Containerd, runtime: ContainerdRuntime) -> None:
    server.streams["Subscribe"] = lambda *_: iter(events())
    found: list[Change] = []
    with pytest.raises(RuntimeUnavailable, match="no more events"):
        found.extend(runtime.changes())
    by_id: dict[str, list[str]] = {}
    for change in found:
        by_id.setdefault(change.id, []).append(change.kind)
        assert (change.pid is not None) == (change.kind == "started")
    assert by_id.pop("template") == ["created", "removed"]
    assert len(by_id) == 3  # "web", a pod and its container
    assert set(map(tuple, by_id.values())) == {("created", "started", "removed")}


def test_changes_end_when_it_is_closed(server: Containerd, runtime: ContainerdRuntime) -> None:
    goes_on = threading.Event()

    def stream(_request: bytes, _context: Any) -> Iterator[bytes]:
        yield envelope("/containers/create", pb.ContainerCreate(id=b"a")).SerializeToString()
        goes_on.wait()

    server.streams["Subscribe"] = stream
    changes = runtime.changes()
    assert next(changes) == Change("created", "a")
    runtime.close()
    assert list(changes) == []
    goes_on.set()


def test_new_container_is_told_with_what_it_is(
    server: Containerd, runtime: ContainerdRuntime
) -> None:
    labels = {"io.kubernetes.pod.name": "shop", "io.cri-containerd.kind": "container"}
    server.add("k8s.io", "web", labels)
    events = [pb.ContainerCreate(id=id) for id in (b"web", b"gone")]
    rows = [envelope("/containers/create", event, namespace=b"k8s.io") for event in events]
    server.streams["Subscribe"] = lambda *_: iter([row.SerializeToString() for row in rows])
    changes = runtime.changes()
    web, gone = next(changes).told, next(changes).told
    assert web is not None
    assert (web.id, web.is_complete, web.facts["image_repository"]) == ("web", False, "quay.io/a/b")
    assert (web.facts["type"], web.facts["pod_name"]) == ("containerd", "shop")
    assert gone is None


NAMESPACES = (b"moby", b"", "naïve".encode(), b"a\nb", b"x" * 200, b"x")


def test_changes_of_docker_are_docker_s_to_tell(
    server: Containerd, runtime: ContainerdRuntime
) -> None:
    event = pb.ContainerCreate(id=b"a")
    rows = [envelope("/containers/create", event, namespace=name) for name in NAMESPACES]
    server.streams["Subscribe"] = lambda *_: iter([row.SerializeToString() for row in rows])
    changes = runtime.changes()
    assert next(changes) == Change("created", "a")
    with pytest.raises(RuntimeUnavailable):
        next(changes)


def envelope(topic: str, event: Any, namespace: bytes = b"default") -> pb.Envelope:
    packed = pb.Any(value=event if isinstance(event, bytes) else event.SerializeToString())
    return pb.Envelope(topic=topic.encode(), namespace=namespace, event=packed)


@pytest.mark.parametrize(
    ("topic", "event", "expected"),
    [
        ("/containers/create", pb.ContainerCreate(id=b"a"), Change("created", "a")),
        ("/containers/delete", pb.ContainerDelete(id=b"a"), Change("removed", "a")),
        ("/tasks/start", pb.TaskStart(container_id=b"a", pid=7), Change("started", "a", 7)),
        ("/tasks/exit", pb.TaskExit(container_id=b"a", id=b"a"), Change("removed", "a")),
        ("/tasks/exit", pb.TaskExit(container_id=b"a", id=b"exec-1"), None),
        ("/tasks/delete", pb.TaskDelete(container_id=b"a"), Change("removed", "a")),
        ("/tasks/delete", pb.TaskDelete(container_id=b"a", id=b"exec-1"), None),
        ("/tasks/create", pb.TaskCreate(container_id=b"a", pid=7), None),
        ("/images/create", b"", None),
        ("", b"", None),
        ("/containers/create", b"\xff" * 9, None),
        ("/containers/create", b"", None),
        ("/containers/create", pb.ContainerCreate(id=b"a\nb"), None),
        ("/containers/create", pb.ContainerCreate(id=b"x" * 1000), None),
    ],
)
def test_change_of_an_event(topic: str, event: Any, expected: Change | None) -> None:
    assert change_of(envelope(topic, event)) == expected


def test_kinds_are_those_of_the_engine() -> None:
    assert set(kind_words()) >= ContainerdRuntime.kinds

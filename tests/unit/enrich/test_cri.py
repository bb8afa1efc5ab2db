# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from falcomod.engine.state.cgroup import kind_words
from falcomod.enrich import cri
from falcomod.enrich.cri import CriRuntime, differences
from falcomod.enrich.proto import cri_pb2 as pb
from falcomod.enrich.runtime import Change
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.unit.enrich.grpc_server import Server, answering, refusing
from tests.unit.enrich.proto.recorded import answer

TIMEOUT_S = 20
ADDED = ("pod.name", "pod.namespace", "pod.uid", "sandbox.id")

CONTAINER = pb.ContainerStatusResponse.FromString(answer("container")).status.id.decode()
POD = pb.PodSandboxStatusResponse.FromString(answer("sandbox")).status.id.decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(
        Version=answering(answer("version")),
        ContainerStatus=answering(answer("container")),
        PodSandboxStatus=answering(answer("sandbox")),
        ListContainers=answering(answer("containers")),
        ListPodSandbox=answering(answer("sandboxes")),
        ImageStatus=answering(answer("image")),
    )
    with server.at(tmp_path / "s"):
        yield server


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[CriRuntime]:
    runtime = CriRuntime(str(tmp_path / "s"))
    yield runtime
    runtime.close()


def test_a_container(server: Server, runtime: CriRuntime) -> None:
    found = runtime.find(CONTAINER, TIMEOUT_S)
    assert found.id == CONTAINER
    assert found.is_complete
    assert (found.facts["name"], found.facts["pod_name"]) == ("front", "shop")
    assert found.facts["image_digest"] == f"sha256:{found.facts['image_id']}"
    assert runtime.find(CONTAINER[:12], TIMEOUT_S).id == CONTAINER


def test_the_digest_of_a_registry(server: Server, runtime: CriRuntime) -> None:
    image = pb.Image(repo_digests=[b"quay.io/a@sha256:5e"])
    server.unary["ImageStatus"] = answering(pb.ImageStatusResponse(image=image).SerializeToString())
    assert runtime.find(CONTAINER, TIMEOUT_S).facts["image_digest"] == "sha256:5e"


def test_a_sandbox(server: Server, runtime: CriRuntime) -> None:
    server.unary["ContainerStatus"] = refusing(grpc.StatusCode.NOT_FOUND)
    assert runtime.find(POD, TIMEOUT_S).facts["is_pod_sandbox"]


def test_neither(server: Server, runtime: CriRuntime) -> None:
    for method in ("ContainerStatus", "PodSandboxStatus"):
        server.unary[method] = refusing(grpc.StatusCode.NOT_FOUND)
    with pytest.raises(ContainerUnknown):
        runtime.find(CONTAINER, TIMEOUT_S)


@pytest.mark.parametrize(
    ("name", "expected"),
    [(b"containerd", "containerd"), (b"cri-o", "cri-o"), (b"other", "cri"), (b"", "cri")],
)
def test_type(server: Server, runtime: CriRuntime, name: bytes, expected: str) -> None:
    version = pb.VersionResponse(runtime_name=name).SerializeToString()
    server.unary["Version"] = answering(version)
    for _ in range(2):
        assert runtime.find(CONTAINER, TIMEOUT_S).facts["type"] == expected
    assert server.asked.count("Version") == 1


@pytest.mark.parametrize("id", ["", "a b", "a\ud800", "x" * 200])
def test_what_can_be_no_id_is_not_asked_for(tmp_path: Path, id: str) -> None:
    with pytest.raises(ContainerUnknown):
        CriRuntime(str(tmp_path / "absent")).find(id, TIMEOUT_S)


def test_longest_label(server: Server, tmp_path: Path) -> None:
    runtime = CriRuntime(str(tmp_path / "s"), label_max=0)
    facts = runtime.find(CONTAINER, TIMEOUT_S).facts
    runtime.close()
    assert facts["pod_labels"] == {}
    # What Falco adds is in, and the pod is known.
    assert set(facts["labels"]) == {f"io.kubernetes.{name}" for name in ADDED}
    assert facts["pod_name"] == "shop"


def test_list(server: Server, runtime: CriRuntime) -> None:
    assert {row.id for row in runtime.list(TIMEOUT_S)} == {CONTAINER, POD}
    server.unary["ContainerStatus"] = refusing(grpc.StatusCode.NOT_FOUND)
    assert [row.id for row in runtime.list(TIMEOUT_S)] == [POD]


def event(id: bytes, kind: int) -> bytes:
    row = pb.ContainerEventResponse(container_id=id, container_event_type=kind)  # type: ignore[arg-type]
    return row.SerializeToString()


def test_events(server: Server, runtime: CriRuntime) -> None:
    rows = [event(b"a", 0), event(b"a", 1), event(b"a", 2), event(b"a", 3), event(b"a b", 0),
            event(b"", 0), event(b"b", 9), event(b"b", 3)]  # fmt: skip
    server.streams["GetContainerEvents"] = lambda *_: iter(rows)
    changes = runtime.changes()
    found = [next(changes) for _ in range(4)]
    assert found == [Change("created", "a"), Change("started", "a"), Change("removed", "a"),
                     Change("removed", "b")]  # fmt: skip
    with pytest.raises(RuntimeUnavailable, match="no more events"):
        next(changes)


@pytest.mark.parametrize("way", ["missing", "refused", "empty"])
def test_lists_are_compared_where_there_are_no_events(
    server: Server, runtime: CriRuntime, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(cri, "POLL_S", 0)
    if way == "refused":
        server.streams["GetContainerEvents"] = refusing(grpc.StatusCode.UNKNOWN, "are disabled")
    if way == "empty":
        server.streams["GetContainerEvents"] = lambda *_: iter(())
    lists = iter([answer("containers"), b""])
    server.unary["ListContainers"] = lambda *_: next(lists, b"")
    changes = runtime.changes()
    assert next(changes) == Change("removed", CONTAINER)
    runtime.close()
    assert list(changes) == []


def test_a_runtime_that_goes_away_while_lists_are_compared(
    server: Server, runtime: CriRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cri, "POLL_S", 0)
    lists = iter([answer("containers")])

    def containers(_request: bytes, context: Any) -> bytes:
        found = next(lists, None)
        if found is None:
            context.abort(grpc.StatusCode.UNAVAILABLE, "going away")
        return found or b""

    server.unary["ListContainers"] = containers
    with pytest.raises(RuntimeUnavailable, match="going away"):
        next(runtime.changes())


def test_changes_end_when_it_is_closed(server: Server, runtime: CriRuntime) -> None:
    goes_on = threading.Event()

    def stream(_request: bytes, _context: Any) -> Iterator[bytes]:
        yield event(b"a", 0)
        goes_on.wait()

    server.streams["GetContainerEvents"] = stream
    changes = runtime.changes()
    assert next(changes) == Change("created", "a")
    runtime.close()
    assert list(changes) == []
    goes_on.set()


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {"a": False}, [Change("created", "a")]),
        ({}, {"a": True}, [Change("created", "a"), Change("started", "a")]),
        ({"a": False}, {"a": True}, [Change("started", "a")]),
        ({"a": True}, {"a": True}, []),
        ({"a": True}, {"a": False}, [Change("removed", "a")]),
        ({"a": False}, {}, [Change("removed", "a")]),
        ({"a": False}, {"a": False}, []),
    ],
)
def test_differences(before: dict[str, bool], now: dict[str, bool], expected: list[Change]) -> None:
    assert list(differences(before, now)) == expected


def test_kinds_are_those_of_the_engine() -> None:
    assert set(kind_words()) >= CriRuntime.kinds

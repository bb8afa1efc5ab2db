# SPDX-License-Identifier: Apache-2.0
"""DockerRuntime against a server that answers from a table."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod.enrich import docker
from falcomod.enrich.docker import DockerRuntime
from falcomod.enrich.runtime import Change
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.unix_server import CHUNKED, UnixServer, answer, chunk

ID = "e2" * 32
OTHER = "0c" * 32
GONE = "d0" * 32
IMAGE = "sha256:" + "42" * 32
DIGEST = "sha256:" + "5e" * 32
WAIT_S = 20.0


def container(id: str = ID, name: str = "/web", **parts: Any) -> dict[str, Any]:
    return {
        "Id": id,
        "Name": name,
        "Image": IMAGE,
        "State": {"Status": "running", "Pid": 77},
        "Config": {"Image": "nginx"},
        "HostConfig": {},
        **parts,
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[UnixServer]:
    answers = {
        "/version": answer({"ApiVersion": "1.41"}),
        "/info": answer({"CgroupDriver": "cgroupfs"}),
        f"/containers/{ID}/json": answer(container()),
        f"/containers/{ID[:12]}/json": answer(container()),
        "/containers/web/json": answer(container()),
        f"/images/{IMAGE}/json": answer({"RepoDigests": [f"nginx@{DIGEST}"]}),
    }
    with UnixServer(tmp_path / "s", {**answers}) as running:
        yield running


@pytest.fixture
def runtime(server: UnixServer) -> Iterator[DockerRuntime]:
    made = DockerRuntime(server.path)
    yield made
    made.close()


@pytest.mark.parametrize("asked", [ID, ID[:12], "web"])
def test_find(runtime: DockerRuntime, asked: str) -> None:
    found = runtime.find(asked, WAIT_S)
    assert (found.id, found.pid, found.cgroup) == (ID, 77, f"/docker/{ID}")
    assert found.is_complete
    assert found.facts["type"] == "docker"
    assert found.facts["image_digest"] == DIGEST


def test_podman(server: UnixServer) -> None:
    runtime = DockerRuntime(server.path, "podman")
    found = runtime.find(ID, WAIT_S)
    assert found.facts["type"] == "podman"
    assert found.cgroup is None
    assert runtime.kinds == {"libpod", ""}
    runtime.close()


def test_nothing_is_imported_without_a_socket(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delitem(sys.modules, "falcomod.enrich.docker_client", raising=False)
    with pytest.raises(RuntimeUnavailable, match="No such file"):
        DockerRuntime(str(tmp_path / "none")).find(ID, WAIT_S)
    assert "falcomod.enrich.docker_client" not in sys.modules


def test_image_is_asked_for_once(server: UnixServer, runtime: DockerRuntime) -> None:
    runtime.find(ID, WAIT_S)
    runtime.find(ID, WAIT_S)
    assert server.asked.count(f"/images/{IMAGE}/json") == 1


def test_image_is_asked_for_again_later(
    server: UnixServer, runtime: DockerRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_images", docker._Recent(1, age_s=-1.0))
    runtime.find(ID, WAIT_S)
    runtime.find(ID, WAIT_S)
    assert server.asked.count(f"/images/{IMAGE}/json") == 2


def test_what_is_remembered_is_bounded() -> None:
    recent: docker._Recent[int] = docker._Recent(2, age_s=WAIT_S)
    for number in range(3):
        recent.put(str(number), number)
    recent.put("1", 7)
    assert [recent.get(key) for key in ("0", "1", "2")] == [None, 7, 2]
    recent.put("3", 3)
    assert [recent.get(key) for key in ("1", "2", "3")] == [7, None, 3]


def test_image_that_is_gone(server: UnixServer, runtime: DockerRuntime) -> None:
    del server.answers[f"/images/{IMAGE}/json"]
    found = runtime.find(ID, WAIT_S)
    assert found.is_complete
    assert found.facts["image_repository"] == "nginx"


def test_image_that_is_not_told_in_time(server: UnixServer, runtime: DockerRuntime) -> None:
    server.answers[f"/images/{IMAGE}/json"] = server.wait_silently
    found = runtime.find(ID, 0.2)
    assert not found.is_complete
    assert found.facts["name"] == "web"


@pytest.mark.parametrize(
    "asked", ["", "../info", "a/b", "-x", "é", "x" * 256, "a?b", "a\nb", "%2e"]
)
def test_id_that_is_none_is_not_asked_for(
    server: UnixServer, runtime: DockerRuntime, asked: str
) -> None:
    with pytest.raises(ContainerUnknown):
        runtime.find(asked, WAIT_S)
    assert server.asked == []


def test_container_that_there_is_not(runtime: DockerRuntime) -> None:
    with pytest.raises(ContainerUnknown):
        runtime.find(GONE, WAIT_S)


def test_name_that_looks_like_the_id_of_another(server: UnixServer, runtime: DockerRuntime) -> None:
    server.answers[f"/containers/{GONE[:12]}/json"] = answer(container(name=f"/{GONE[:12]}"))
    with pytest.raises(ContainerUnknown, match="the name of"):
        runtime.find(GONE[:12], WAIT_S)


@pytest.mark.parametrize("said", [[], 1, None, "x", {}, {"Id": 1}, {"Id": "../x"}])
def test_container_without_an_id(server: UnixServer, runtime: DockerRuntime, said: object) -> None:
    server.answers[f"/containers/{ID}/json"] = answer(said)
    with pytest.raises(RuntimeUnavailable, match=r"/s: wrong answer"):
        runtime.find(ID, WAIT_S)


def test_created_container_is_not_complete(server: UnixServer, runtime: DockerRuntime) -> None:
    created = container(State={"Status": "created", "Pid": 0})
    server.answers[f"/containers/{ID}/json"] = answer(created)
    found = runtime.find(ID, WAIT_S)
    assert found.pid is None
    assert not found.is_complete


def test_address_of_the_container_whose_network_it_shares(
    server: UnixServer, runtime: DockerRuntime
) -> None:
    sharing = container(HostConfig={"NetworkMode": f"container:{OTHER}"})
    server.answers[f"/containers/{ID}/json"] = answer(sharing)
    assert "ip" not in runtime.find(ID, WAIT_S).facts  # that is gone
    other = container(OTHER, "/other", NetworkSettings={"IPAddress": "10.1.2.3"})
    server.answers[f"/containers/{OTHER}/json"] = answer(other)
    assert runtime.find(ID, WAIT_S).facts["ip"] == "10.1.2.3"


def test_another_daemon_answers_after_a_failure(server: UnixServer, runtime: DockerRuntime) -> None:
    runtime.find(ID, WAIT_S)
    server.answers[f"/containers/{ID}/json"] = answer({"message": "too old"}, status=400)
    with pytest.raises(RuntimeUnavailable, match="too old"):
        runtime.find(ID, WAIT_S)
    server.answers |= {
        "/version": answer({"ApiVersion": "1.99"}),
        f"/containers/{ID}/json": answer(container()),
    }
    runtime.find(ID, WAIT_S)
    assert server.asked.count("/version") == 2


def test_connection_that_ended_in_the_meantime(server: UnixServer, runtime: DockerRuntime) -> None:
    runtime.find(ID, WAIT_S)
    server.disconnect()
    assert runtime.find(ID, WAIT_S).id == ID


def test_find_by_many_threads(server: UnixServer, runtime: DockerRuntime) -> None:
    found: list[str] = []

    def ask() -> None:
        for _ in range(10):
            found.append(runtime.find(ID, WAIT_S).id)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [ID] * 80


# A daemon that is busy with the container

ROW = {"Id": ID, "Names": ["/web"], "Image": "nginx:1.27", "State": "running"}


@pytest.mark.parametrize("asked", [ID, ID[:12]])
def test_busy_daemon_is_asked_for_its_list(
    server: UnixServer, runtime: DockerRuntime, asked: str
) -> None:
    server.answers |= {
        f"/containers/{asked}/json": server.wait_silently,
        "/containers/json": answer([{"Id": "e" * 64}, ROW]),
    }
    found = runtime.find(asked, WAIT_S)
    assert found.id == ID
    assert not found.is_complete
    assert found.facts["name"] == "web"
    assert found.facts["image_tag"] == "1.27"


@pytest.mark.parametrize("rows", [[], {}, [{"Id": "x"}], [{"Id": OTHER}]])
def test_busy_daemon_whose_list_does_not_have_it(
    server: UnixServer, runtime: DockerRuntime, rows: object
) -> None:
    server.answers |= {
        f"/containers/{ID}/json": server.wait_silently,
        "/containers/json": answer(rows),
    }
    with pytest.raises(RuntimeUnavailable, match="no answer in time"):
        runtime.find(ID, WAIT_S)


def test_container_that_was_described_before_is_waited_for(
    server: UnixServer, runtime: DockerRuntime
) -> None:
    runtime.find(ID, WAIT_S)
    server.answers |= {
        f"/containers/{ID}/json": server.wait_silently,
        "/containers/json": answer([ROW]),
    }
    with pytest.raises(RuntimeUnavailable, match="no answer in time"):
        runtime.find(ID, 0.3)
    assert "/containers/json" not in server.asked


# The list


def test_list(server: UnixServer, runtime: DockerRuntime) -> None:
    rows = [{"Id": ID}, {"Id": GONE}, {"Id": "x"}, 1, {"Id": OTHER, "Names": ["/slow"]}]
    server.answers |= {
        "/containers/json": answer(rows),
        f"/containers/{OTHER}/json": answer({"message": "no"}, status=500),
    }
    known, row = runtime.list(WAIT_S)
    assert (known.id, known.is_complete, known.facts["name"]) == (ID, True, "web")
    assert (row.id, row.is_complete, row.facts["name"]) == (OTHER, False, "slow")


def test_list_whose_time_is_over(server: UnixServer, runtime: DockerRuntime) -> None:
    server.answers |= {
        "/containers/json": answer([{"Id": ID, "Names": ["/web"]}, {"Id": OTHER, "Names": ["/b"]}]),
        f"/containers/{ID}/json": server.wait_silently,
        f"/containers/{OTHER}/json": server.wait_silently,
    }
    found = runtime.list(0.15)
    assert [each.facts["name"] for each in found] == ["web", "b"]
    assert not any(each.is_complete for each in found)


@pytest.mark.parametrize("said", [{}, 1, "x", None])
def test_list_that_is_none(server: UnixServer, runtime: DockerRuntime, said: object) -> None:
    server.answers["/containers/json"] = answer(said)
    with pytest.raises(RuntimeUnavailable, match="wrong answer"):
        runtime.list(WAIT_S)


# Changes


def event(action: str, id: str = ID, **parts: Any) -> bytes:
    actor = {"ID": id, "Attributes": {"name": "web"}}
    return json.dumps({"Type": "container", "Action": action, "Actor": actor, **parts}).encode()


def streamed(*pieces: bytes) -> Any:
    return lambda connection: connection.sendall(
        CHUNKED + b"".join(map(chunk, pieces)) + chunk(b"")
    )


def changes_of(runtime: DockerRuntime) -> list[Change]:
    found: list[Change] = []
    following = runtime.changes()
    with pytest.raises(RuntimeUnavailable, match="the stream of events ended"):
        found.extend(following)  # keeps what came before the end
    return found


def test_changes(server: UnixServer, runtime: DockerRuntime) -> None:
    actions = [
        "create", "start", "exec_create: sh", "exec_start: sh", "exec_die", "pause", "rename",
        "kill", "die", "start", "stop", "died", "remove", "destroy", "health_status: healthy", "",
    ]  # fmt: skip
    server.answers["/events"] = streamed(*(event(action) + b"\n" for action in actions))
    assert [change.kind for change in changes_of(runtime)] == [
        "created", "started", "started", "removed", "started", "removed", "removed", "removed",
    ]  # fmt: skip


def test_event_of_a_new_container_says_what_it_is(
    server: UnixServer, runtime: DockerRuntime
) -> None:
    attributes = {"name": "web", "image": "nginx:1.27", "team": "shop", "odd": 7}
    line = event("create", Actor={"ID": ID, "Attributes": attributes})
    server.answers["/events"] = streamed(line + b"\n", event("create", Actor={"ID": ID}) + b"\n")
    first, bare = changes_of(runtime)
    assert first.told is not None
    assert not first.told.is_complete
    facts = first.told.facts
    assert (facts["name"], facts["image_repository"], facts["image_tag"], facts["labels"]) == (
        "web", "nginx", "1.27", {"team": "shop"},
    )  # fmt: skip
    assert bare.told is not None
    assert "name" not in bare.told.facts


@pytest.mark.parametrize(
    "line",
    [
        b"", b"  ", b"{}", b"[]", b"1", event("start", id="x"), event("start", Type="network"),
        event("start", Actor=[]), event("start", Actor={"ID": 1}, id=None),
    ],
)  # fmt: skip
def test_event_that_tells_nothing(server: UnixServer, runtime: DockerRuntime, line: bytes) -> None:
    server.answers["/events"] = streamed(line + b"\n", event("start") + b"\n")
    assert changes_of(runtime) == [Change("started", ID)]


def test_event_of_old_versions(server: UnixServer, runtime: DockerRuntime) -> None:
    line = json.dumps({"status": "start", "id": ID, "from": "nginx", "time": 1}).encode()
    server.answers["/events"] = streamed(line + b"\n")
    assert changes_of(runtime) == [Change("started", ID)]


def test_events_in_pieces(server: UnixServer, runtime: DockerRuntime) -> None:
    lines = event("create") + b"\n" + event("start") + b"\n" + event("die") + b"\n"
    pieces = [lines[at : at + 50] for at in range(0, len(lines), 50)]
    server.answers["/events"] = streamed(*pieces)
    assert [change.kind for change in changes_of(runtime)] == ["created", "started", "removed"]


@pytest.mark.parametrize("line", [b"{", b"\xff", b"[" * 100_000])
def test_event_that_cannot_be_read(server: UnixServer, runtime: DockerRuntime, line: bytes) -> None:
    server.answers["/events"] = streamed(line + b"\n")
    with pytest.raises(RuntimeUnavailable, match="an event that cannot be read"):
        list(runtime.changes())


def test_event_without_an_end(
    server: UnixServer, runtime: DockerRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker, "EVENT_MAX", 1000)
    server.answers["/events"] = streamed(*[b"x" * 100] * 20)
    with pytest.raises(RuntimeUnavailable, match="an event without an end"):
        list(runtime.changes())


def test_changes_are_told_from_the_call_on(server: UnixServer, runtime: DockerRuntime) -> None:
    server.answers["/events"] = streamed(event("start") + b"\n")
    following = runtime.changes()
    assert "/events" in server.asked
    assert next(following) == Change("started", ID)


def test_close_ends_changes_and_questions(server: UnixServer, runtime: DockerRuntime) -> None:
    def talk(connection: Any) -> None:
        connection.sendall(CHUNKED + chunk(event("start") + b"\n"))
        server.ended.wait()

    server.answers |= {"/events": talk, f"/containers/{OTHER}/json": server.wait_silently}
    first, ended, failed = threading.Event(), threading.Event(), threading.Event()

    def follow() -> None:
        for _ in runtime.changes():
            first.set()
        ended.set()

    def ask() -> None:
        with pytest.raises(RuntimeUnavailable, match="closed"):
            runtime.find(OTHER, WAIT_S)
        failed.set()

    threads = [threading.Thread(target=follow), threading.Thread(target=ask)]
    for thread in threads:
        thread.start()
    assert first.wait(WAIT_S)
    while f"/containers/{OTHER}/json" not in server.asked:
        runtime.find(ID, WAIT_S)
    runtime.close()
    for thread in threads:
        thread.join(WAIT_S)
    assert ended.is_set()
    assert failed.is_set()
    assert list(runtime.changes()) == []
    with pytest.raises(RuntimeUnavailable, match="closed"):
        runtime.find(ID, WAIT_S)

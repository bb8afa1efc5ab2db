# SPDX-License-Identifier: Apache-2.0
"""DockerRuntime and podman's Docker-compatible service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.enrich.docker import DockerRuntime
from falcomod.enrich.runtime import Change
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.containers.fix_docker import Daemon
from tests.containers.following import Following
from tests.containers.images import BUSYBOX
from tests.containers.test_docker import FOREVER, WAIT_S, groups_of


@pytest.fixture
def service(podman: Daemon) -> Iterator[Daemon]:
    yield podman
    podman.remove_all()


@pytest.fixture
def runtime(service: Daemon) -> Iterator[DockerRuntime]:
    made = DockerRuntime(service.socket, "podman")
    yield made
    made.close()


def run(service: Daemon, *options: str, network: str = "none") -> str:
    """A container that runs; a network of its own would take a firewall."""
    shared = (f"--network={network}", "--stop-signal=KILL")
    return service("run", "-d", *shared, *options, BUSYBOX, *FOREVER)


def test_everything_of_a_container(service: Daemon, runtime: DockerRuntime, tmp_path: Path) -> None:
    id = run(
        service, "--name=web", "-e=A=b=c", "--label=team=x", f"-v={tmp_path}:/mnt:ro",
        "--health-cmd=exit 0", "--health-interval=disable",
    )  # fmt: skip
    found = runtime.find(id, WAIT_S)
    facts = found.facts
    assert facts["env"].pop("PATH") == "/bin"
    assert facts["env"].pop("A") == "b=c"
    assert re.fullmatch("sha256:[0-9a-f]{64}", facts["image_digest"])
    expected = {
        "full_id": id,
        "type": "podman",
        "name": "web",
        "image": BUSYBOX,
        "image_id": service.images[BUSYBOX].config_digest.removeprefix("sha256:"),
        "image_repository": "local.test/library/busybox",
        "image_tag": "1.35",
        "privileged": False,
        "host_pid": False,
        "host_network": False,
        "is_pod_sandbox": False,
        "labels": {"team": "x"},
        "annotations": {},
        "mounts": [(str(tmp_path), "/mnt", "", False, "rprivate")],
        "healthcheck": ("/bin/sh", ["-c", "exit 0"]),
    }
    assert {name: facts.get(name) for name in expected} == expected
    assert groups_of(found.pid) == {f"/libpod_parent/libpod-{id}"}


def test_id_as_a_control_group_says_it_and_name(service: Daemon, runtime: DockerRuntime) -> None:
    id = run(service, "--name=web")
    assert runtime.find(id[:12], WAIT_S).id == id
    assert runtime.find("web", WAIT_S).id == id
    with pytest.raises(ContainerUnknown):
        runtime.find("0" * 64, WAIT_S)


def test_privileged(service: Daemon, runtime: DockerRuntime) -> None:
    assert runtime.find(run(service, "--privileged"), WAIT_S).facts["privileged"] is True


def test_namespaces_of_the_host(service: Daemon, runtime: DockerRuntime) -> None:
    facts = runtime.find(run(service, "--pid=host", "--ipc=host", network="host"), WAIT_S).facts
    assert facts["host_pid"] is facts["host_network"] is True
    assert "host_ipc" not in facts  # podman 4.3 does not tell it from a namespace of its own


def test_list_is_of_those_that_run(service: Daemon, runtime: DockerRuntime) -> None:
    running = run(service)
    service("create", BUSYBOX)
    assert [each.id for each in runtime.list(WAIT_S)] == [running]


def test_container_from_its_creation_to_its_end(service: Daemon, runtime: DockerRuntime) -> None:
    following = Following(runtime)
    id = run(service)
    assert following.next() == Change("created", id)
    assert following.next() == Change("started", id)
    service("restart", "-t", "0", id)
    assert following.next() == Change("removed", id)
    assert following.next() == Change("started", id)
    service("rm", "-f", id)
    assert following.next() == Change("removed", id)
    runtime.close()
    following.join()


def test_restart_of_the_service(service: Daemon, runtime: DockerRuntime) -> None:
    id = run(service)
    following = Following(runtime)
    assert runtime.find(id, WAIT_S).id == id
    service.kill()
    assert following.next() is None
    assert isinstance(following.fault, RuntimeUnavailable)
    following.join()
    with pytest.raises(RuntimeUnavailable, match=service.socket):
        runtime.find(id, WAIT_S)
    service.start()
    assert runtime.find(id, WAIT_S).id == id

# SPDX-License-Identifier: Apache-2.0
"""DockerRuntime and a real dockerd."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod.enrich.docker import DockerRuntime
from falcomod.enrich.runtime import Change
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.containers.fix_docker import CHECKED, PRIVILEGED_RUNTIME, Daemon
from tests.containers.following import Following
from tests.containers.images import BUSYBOX

WAIT_S = 10.0
FOREVER = ("sleep", "1000000")
POD_UID = "8d0c1a6e-1c1b-4a6f-8e0e-3f6d3c1b2a00"


@pytest.fixture
def docker(dockerd: Daemon) -> Iterator[Daemon]:
    yield dockerd
    dockerd.remove_all()


@pytest.fixture
def runtime(docker: Daemon) -> Iterator[DockerRuntime]:
    made = DockerRuntime(docker.socket)
    yield made
    made.close()


def run(daemon: Daemon, *options: str, image: str = BUSYBOX) -> str:
    """A container that runs; returns its id."""
    return daemon("run", "-d", *options, image, *FOREVER)


def groups_of(pid: int | None) -> set[str]:
    """Control groups of a process in all hierarchies."""
    lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return {line.split(":", 2)[2] for line in lines}


def test_everything_of_a_container(docker: Daemon, runtime: DockerRuntime, tmp_path: Path) -> None:
    before_ns = time.time_ns()
    id = run(
        docker, "--name=web", "-p=8080:80", "-p=127.0.0.1:9:9/udp", "--expose=99", "-e=A=b=c",
        "--label=team=x", f"--label=long={'y' * 101}", f"-v={tmp_path}:/mnt:ro",
    )  # fmt: skip
    found = runtime.find(id, WAIT_S)
    facts = found.facts
    assert found.id == id
    assert found.is_complete
    assert before_ns <= facts.pop("start_ns") <= time.time_ns()
    assert facts.pop("ip").startswith("172.17.")
    assert facts == {
        "full_id": id,
        "type": "docker",
        "name": "web",
        "image": BUSYBOX,
        "image_id": docker.images[BUSYBOX].config_digest.removeprefix("sha256:"),
        "image_repository": "local.test/library/busybox",
        "image_tag": "1.35",
        "privileged": False,
        "host_pid": False,
        "host_network": False,
        "host_ipc": False,
        "is_pod_sandbox": False,
        "env": {"PATH": "/bin", "A": "b=c"},
        "labels": {"team": "x"},
        "annotations": {},
        "mounts": [(str(tmp_path), "/mnt", "ro", False, "rprivate")],
        "ports": ["127.0.0.1:9->9/udp", "0.0.0.0:8080->80/tcp", "[::]:8080->80/tcp", "99/tcp"],
    }


def test_control_group_is_told(docker: Daemon, runtime: DockerRuntime) -> None:
    found = runtime.find(run(docker), WAIT_S)
    assert groups_of(found.pid) == {found.cgroup} == {f"/docker/{found.id}"}


def test_id_as_a_control_group_says_it_and_name(docker: Daemon, runtime: DockerRuntime) -> None:
    id = run(docker, "--name=web")
    assert runtime.find(id[:12], WAIT_S).id == id
    assert runtime.find("web", WAIT_S).id == id
    with pytest.raises(ContainerUnknown):
        runtime.find("0" * 64, WAIT_S)


def test_name_that_is_the_id_of_another(docker: Daemon, runtime: DockerRuntime) -> None:
    run(docker, "--name=0123456789ab")
    with pytest.raises(ContainerUnknown):
        runtime.find("0123456789ab", WAIT_S)


def test_privileged(docker: Daemon, runtime: DockerRuntime) -> None:
    id = run(docker, "--privileged", f"--runtime={PRIVILEGED_RUNTIME}")
    assert runtime.find(id, WAIT_S).facts["privileged"] is True


def test_namespaces_of_the_host(docker: Daemon, runtime: DockerRuntime) -> None:
    facts = runtime.find(run(docker, "--pid=host", "--network=host", "--ipc=host"), WAIT_S).facts
    assert facts["host_pid"] is facts["host_network"] is facts["host_ipc"] is True


def test_health_check_of_an_image(docker: Daemon, runtime: DockerRuntime) -> None:
    facts = runtime.find(run(docker, image=CHECKED), WAIT_S).facts
    assert facts["healthcheck"] == ("true", ["--yes"])


def test_health_check_that_is_one_text(docker: Daemon, runtime: DockerRuntime) -> None:
    facts = runtime.find(run(docker, "--health-cmd=test -e /tmp || exit 1"), WAIT_S).facts
    assert facts["healthcheck"] == ("/bin/sh", ["-c", "test -e /tmp || exit 1"])


def test_network_of_a_name(docker: Daemon, runtime: DockerRuntime) -> None:
    docker("network", "create", "--subnet=10.77.0.0/24", "named")
    facts = runtime.find(run(docker, "--network=named", "--ip=10.77.0.9"), WAIT_S).facts
    assert facts["ip"] == "10.77.0.9"
    docker.remove_all()
    docker("network", "rm", "named")


def test_network_of_another_container(docker: Daemon, runtime: DockerRuntime) -> None:
    other = runtime.find(run(docker, "--name=other"), WAIT_S)
    facts = runtime.find(run(docker, "--network=container:other"), WAIT_S).facts
    assert facts["ip"] == other.facts["ip"]


def test_image_by_id(docker: Daemon, runtime: DockerRuntime) -> None:
    id = docker.images[BUSYBOX].config_digest
    for name in (id, id.removeprefix("sha256:")[:12]):
        facts = runtime.find(run(docker, image=name), WAIT_S).facts
        assert facts["image"] == name
        assert facts["image_repository"] == "local.test/library/busybox"
        assert facts["image_tag"] == "1.35"


def test_process_of_exec_is_in_the_control_group(docker: Daemon, runtime: DockerRuntime) -> None:
    id = run(docker, "--cgroupns=host")
    lines = docker("exec", id, "cat", "/proc/self/cgroup").splitlines()
    assert {line.split(":", 2)[2] for line in lines} == {runtime.find(id, WAIT_S).cgroup}


def test_pod_of_cri_dockerd(docker: Daemon, runtime: DockerRuntime) -> None:
    """Containers as cri-dockerd makes them: labels, a sandbox, a control group of the pod."""
    pod = [
        "--label=io.kubernetes.pod.name=web-7c5",
        "--label=io.kubernetes.pod.namespace=shop",
        f"--label=io.kubernetes.pod.uid={POD_UID}",
        f"--cgroup-parent=/kubepods/besteffort/pod{POD_UID}",
    ]
    sandbox = run(
        docker, *pod, "--name=k8s_POD_web-7c5_shop_8d0c_0", "--label=app=web",
        "--label=io.kubernetes.docker.type=podsandbox",
    )  # fmt: skip
    id = run(
        docker, *pod, "--name=k8s_app_web-7c5_shop_8d0c_0",
        f"--network=container:{sandbox}", "--label=io.kubernetes.docker.type=container",
        f"--label=io.kubernetes.sandbox.id={sandbox}",
        "--label=io.kubernetes.container.name=app",
    )  # fmt: skip
    found = runtime.find(id, WAIT_S)
    of_sandbox = runtime.find(sandbox, WAIT_S)
    expected = {
        "pod_name": "web-7c5",
        "pod_namespace": "shop",
        "pod_uid": POD_UID,
        "pod_sandbox_id": sandbox[:12],
        "pod_full_sandbox_id": sandbox,
        "pod_labels": {"app": "web"},
        "pod_ip": of_sandbox.facts["ip"],
        "is_pod_sandbox": False,
    }
    assert {name: found.facts.get(name) for name in expected} == expected
    assert of_sandbox.facts["is_pod_sandbox"] is True
    assert groups_of(found.pid) == {found.cgroup}
    assert found.cgroup == f"/kubepods/besteffort/pod{POD_UID}/{id}"


def test_list_is_of_those_that_run(docker: Daemon, runtime: DockerRuntime) -> None:
    running = run(docker)
    paused = run(docker)
    docker("pause", paused)
    docker("create", BUSYBOX)
    docker("run", BUSYBOX, "true")
    found = runtime.list(WAIT_S)
    assert {each.id for each in found} == {running, paused}
    assert all(each.is_complete and each.pid for each in found)
    docker("unpause", paused)


def test_container_from_its_creation_to_its_end(docker: Daemon, runtime: DockerRuntime) -> None:
    following = Following(runtime)
    id = docker("create", "--name=web", BUSYBOX, *FOREVER)
    assert following.next() == Change("created", id)
    created = runtime.find(id, WAIT_S)
    assert created.pid is None
    assert not created.is_complete
    docker("start", id)
    assert following.next() == Change("started", id)
    first = runtime.find(id, WAIT_S)
    docker("restart", "-t", "0", id)
    assert following.next() == Change("removed", id)
    assert following.next() == Change("started", id)
    second = runtime.find(id, WAIT_S)
    assert second.facts["start_ns"] > first.facts["start_ns"]
    assert second.pid != first.pid
    docker("rename", "web", "shop")
    assert following.next() == Change("started", id)
    assert runtime.find(id, WAIT_S).facts["name"] == "shop"
    docker("rm", "-f", id)
    assert following.next() == Change("removed", id)
    assert following.next() == Change("removed", id)
    with pytest.raises(ContainerUnknown):
        runtime.find(id, WAIT_S)
    runtime.close()
    assert following.until_end() == []
    following.join()


def test_restart_of_the_daemon(docker: Daemon, runtime: DockerRuntime) -> None:
    id = run(docker)
    following = Following(runtime)
    assert runtime.find(id, WAIT_S).is_complete
    docker.stop()
    assert following.next() is None
    following.join()
    assert isinstance(following.fault, RuntimeUnavailable)
    assert docker.socket in str(following.fault)
    with pytest.raises(RuntimeUnavailable, match=docker.socket):
        runtime.find(id, WAIT_S)
    docker.start()
    assert runtime.find(id, WAIT_S).is_complete
    following = Following(runtime)
    docker("rm", "-f", id)
    assert following.next() == Change("removed", id)
    runtime.close()
    following.join()


def test_daemon_that_does_not_answer(docker: Daemon, runtime: DockerRuntime) -> None:
    id = run(docker)
    calls: list[Any] = [lambda: runtime.find(id, 0.3), lambda: runtime.list(0.3)]
    docker.pause()
    try:
        for call in calls:
            began_s = time.monotonic()
            with pytest.raises(RuntimeUnavailable, match="no answer in time"):
                call()
            assert time.monotonic() - began_s < 2.0
    finally:
        docker.resume()
    assert runtime.find(id, WAIT_S).id == id

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from falcomod.app import metadata
from falcomod.config.container_options import ContainerEngines, Kubernetes
from falcomod.config.model import Config
from falcomod.errors import UserError
from tests.scripted_runtime import RecordingState

NOTHING = ("FALCO_K8S_API", "FALCO_K8S_API_CERT", "KUBECONFIG", "KUBERNETES_SERVICE_HOST")


@pytest.fixture(autouse=True)
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host of which nothing but its root is there."""
    monkeypatch.setenv("HOST_ROOT", str(tmp_path))
    for name in NOTHING:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def engines(**changes: Any) -> ContainerEngines:
    """The default ones, with other values: docker={"enabled": False}."""
    defaults = ContainerEngines()
    blocks = {
        name: dataclasses.replace(getattr(defaults, name), **value)
        if isinstance(value, dict)
        else value
        for name, value in changes.items()
    }
    return dataclasses.replace(defaults, **blocks)


def sockets(options: ContainerEngines, root: Path) -> list[tuple[str, str]]:
    found = metadata.followed_of(options)
    return [(it.runtime.name, it.runtime.socket.removeprefix(str(root))) for it in found]


def test_default_sockets_are_asked_once_each(host: Path) -> None:
    assert sockets(ContainerEngines(), host) == [
        ("docker", "/var/run/docker.sock"),
        ("podman", "/run/podman/podman.sock"),
        ("containerd", "/run/containerd/containerd.sock"),
        ("cri", "/run/crio/crio.sock"),
        ("containerd", "/run/k3s/containerd/containerd.sock"),
        ("containerd", "/run/host-containerd/containerd.sock"),
    ]


def test_socket_that_another_name_leads_to_is_asked_once(host: Path) -> None:
    (host / "run").mkdir()
    (host / "var").mkdir()
    (host / "var/run").symlink_to(host / "run")
    options = engines(docker={"sockets": ["/var/run/docker.sock", "/run/docker.sock"]})
    assert [name for name, _ in sockets(options, host)].count("docker") == 1


@pytest.mark.parametrize("name", metadata.RUNTIMES)
def test_engine_that_is_off_is_not_asked(name: str) -> None:
    others = {other: {"enabled": False} for other in metadata.RUNTIMES if other != name}
    assert list(metadata.followed_of(engines(**others)))
    assert not list(metadata.followed_of(engines(**others, **{name: {"enabled": False}})))


def test_only_sockets_that_somebody_named_are_missed() -> None:
    named = {it.runtime.name for it in metadata.followed_of(ContainerEngines()) if it.is_named}
    assert named == set()
    options = engines(docker={"sockets": ["/run/d.sock"]})
    assert [it.is_named for it in metadata.followed_of(options)][:2] == [True, False]


def test_sockets_of_rootless_podman_are_found_also_later(host: Path) -> None:
    options = ContainerEngines()
    assert list(metadata.more_of(options)) == []
    for uid in ("1000", "1001"):
        (host / f"run/user/{uid}/podman").mkdir(parents=True)
        (host / f"run/user/{uid}/podman/podman.sock").touch()
    found = [it.runtime.socket for it in metadata.more_of(options)]
    assert found == [str(host / f"run/user/{uid}/podman/podman.sock") for uid in (1000, 1001)]
    assert set(found) < {it.runtime.socket for it in metadata.followed_of(options)}
    assert list(metadata.more_of(engines(podman={"enabled": False}))) == []


def test_labels_are_as_long_as_is_configured() -> None:
    for followed in metadata.followed_of(engines(label_max_len=700)):
        assert followed.runtime._label_max == 700  # type: ignore[attr-defined]


def test_containers_without_a_runtime_can_be_switched_off() -> None:
    assert metadata.local_kinds(ContainerEngines()) == {"lxc", "nspawn", "libvirt-lxc", "bpm"}
    assert metadata.local_kinds(engines(lxc={"enabled": False}, bpm={"enabled": False})) == {
        "libvirt-lxc"
    }


def test_events_wait_longer_where_the_runtime_is_to_be_waited_for() -> None:
    assert metadata.wait_ms(engines(wait_ms=20)) == 20
    assert metadata.wait_ms(engines(wait_ms=20, cri={"disable_async": True})) == 10_000


def test_kubernetes_is_asked_where_something_leads_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert metadata.kubernetes_access(Kubernetes()) is None
    named = Kubernetes(api_server="http://127.0.0.1:8080")
    assert str(metadata.kubernetes_access(named)) == "http://127.0.0.1:8080"
    monkeypatch.setenv("FALCO_K8S_API", "https://api.example")
    assert str(metadata.kubernetes_access(Kubernetes())) == "https://api.example"
    assert metadata.kubernetes_access(Kubernetes(enabled="false")) is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Kubernetes(enabled="true"), "set kubernetes.api_server"),
        (Kubernetes(api_server="nowhere"), "expected http:// or https://"),
        (Kubernetes(api_server="http://a", certificate="a:b:c:d"), "CERTIFICATE:KEY"),
    ],
)
def test_kubernetes_that_cannot_be_asked_is_the_users_error(
    options: Kubernetes, words: str
) -> None:
    with pytest.raises(UserError, match=words):
        metadata.kubernetes_access(options)


def test_host_without_runtimes_starts_at_once_and_knows_pods_by_their_groups() -> None:
    state: Any = RecordingState()
    id = "a" * 64
    state.in_use = [(id, "cri-containerd", "u-1", 1)]
    found = metadata.Metadata(Config(), state)
    found.start()
    found.meet(wait_s=5)
    assert state.told, found.containers.counters()
    assert state.told[-1] == ("settled", id)
    assert state.facts[id] == {"full_id": id, "type": "containerd", "pod_uid": "u-1"}
    made: list[object] = []
    found.hand_over(made.append)
    found.containers.wanted("b" * 64, "docker", None, 1)
    found.stop()
    assert found.containers.counters()["wanted"] == 2


def test_server_that_is_not_there_delays_nothing() -> None:
    state: Any = RecordingState()
    options = Kubernetes(api_server="http://127.0.0.1:1", node="n")
    config = Config(kubernetes=options)
    found = metadata.Metadata(config, state, access=metadata.kubernetes_access(options))
    found.start(wait_s=0.1)
    found.stop()
    assert list(found.containers.runtimes())[-1] == "kubernetes"

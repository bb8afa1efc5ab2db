# SPDX-License-Identifier: Apache-2.0
"""Options of who is asked about containers and pods."""

from __future__ import annotations

from dataclasses import dataclass

from falcomod.config.option import option

SOCKETS_DOC = "its sockets; one that is not there yet is waited for"


@dataclass(frozen=True)
class Docker:
    """Docker."""

    enabled: bool = option(True, "ask Docker about its containers")
    sockets: list[str] = option(["/var/run/docker.sock"], SOCKETS_DOC)


@dataclass(frozen=True)
class Podman:
    """podman, whose socket speaks Docker's language."""

    enabled: bool = option(True, "ask podman about its containers")
    sockets: list[str] = option(
        ["/run/podman/podman.sock", "/run/user/*/podman/podman.sock"],
        SOCKETS_DOC + "; * stands for users of rootless podman",
    )


@dataclass(frozen=True)
class Containerd:
    """containerd, with pods and without."""

    enabled: bool = option(True, "ask containerd about its containers and pods")
    sockets: list[str] = option(
        [
            "/run/containerd/containerd.sock",
            "/run/host-containerd/containerd.sock",
            "/run/k3s/containerd/containerd.sock",
        ],
        SOCKETS_DOC,
    )


@dataclass(frozen=True)
class Cri:
    """Kubernetes' container runtime interface, whoever serves it."""

    enabled: bool = option(True, "ask CRI-O and other runtimes of Kubernetes")
    # Falco has those of containerd here; `containerd` asks both ways at once.
    sockets: list[str] = option(
        [
            "/run/containerd/containerd.sock",
            "/run/crio/crio.sock",
            "/run/k3s/containerd/containerd.sock",
        ],
        SOCKETS_DOC + "; of containerd its own interface is asked, too",
    )
    disable_async: bool = option(
        False, "let events of a new container wait until the runtime has answered, up to 10 s"
    )


@dataclass(frozen=True)
class NamedContainers:
    """Containers of which their control group tells all there is to know."""

    enabled: bool = option(True, "recognize them; their control groups say their names")


@dataclass(frozen=True)
class ContainerEngines:
    """Who is asked about containers."""

    docker: Docker = option(Docker, "containers of Docker")
    podman: Podman = option(Podman, "containers of podman")
    containerd: Containerd = option(Containerd, "containers of containerd")
    cri: Cri = option(Cri, "containers of CRI-O and other runtimes of Kubernetes")
    lxc: NamedContainers = option(NamedContainers, "containers of LXC, machines of systemd-nspawn")
    libvirt_lxc: NamedContainers = option(NamedContainers, "LXC containers of libvirt")
    bpm: NamedContainers = option(NamedContainers, "containers of Cloud Foundry's process manager")
    label_max_len: int = option(
        100, "longest label, in characters of its value; longer ones are left out", least=0
    )
    wait_ms: int = option(
        500,
        "milliseconds that events of a new container wait until its runtime has said what it is; "
        "0: they do not wait",
        least=0,
        most=60000,
    )
    waiting_events_max: int = option(
        65536, "most events that wait at the same time; further ones do not wait", least=0
    )


@dataclass(frozen=True)
class Kubernetes:
    """The API server of Kubernetes, for what container runtimes do not know of pods."""

    enabled: str = option(
        "auto",
        "ask it; auto: if a pod's service account, KUBECONFIG or FALCO_K8S_API says where it is",
        ("auto", "true", "false"),
    )
    api_server: str = option("", "its URL, as Falco's -k")
    certificate: str = option(
        "",
        "for api_server, as Falco's -K: file of a token, or CERTIFICATE:KEY[#PASSWORD][:CA]",
        secret=True,
    )
    kubeconfig: str = option("", "path of a kubeconfig file, whose current context is taken")
    node: str = option("", "name of this node; empty: $FALCOMOD_NODE_NAME, else the host's name")

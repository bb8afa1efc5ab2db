# SPDX-License-Identifier: Apache-2.0
"""Options of container runtimes and of Kubernetes."""

from __future__ import annotations

from falcomod.config.container_options import ContainerEngines, Kubernetes
from falcomod.config.keys import options


def test_every_engine_of_falcos_plugin_can_be_switched_off() -> None:
    engines = ContainerEngines()
    for name in ("docker", "podman", "containerd", "cri", "lxc", "libvirt_lxc", "bpm"):
        assert getattr(engines, name).enabled is True


def test_sockets_are_absolute() -> None:
    engines = ContainerEngines()
    for runtime in (engines.docker, engines.podman, engines.containerd, engines.cri):
        assert runtime.sockets
        assert all(socket.startswith("/") for socket in runtime.sockets)


def test_the_password_of_a_key_is_a_secret() -> None:
    assert options(Kubernetes)["certificate"].about["secret"]

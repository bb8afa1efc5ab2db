# SPDX-License-Identifier: Apache-2.0
"""Options of Falco about containers and pods become keys of the configuration."""

from __future__ import annotations

import pytest

from falcomod import cli
from falcomod.app import startup
from falcomod.config.container_options import ContainerEngines
from falcomod.config.model import Config


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """Configurations that commands would have run with."""
    configs: list[Config] = []
    monkeypatch.setattr(startup, "run", lambda load, **_: configs.append(load().config))
    return configs


def test_without_options_nothing_changes(started: list[Config]) -> None:
    assert cli.run(["start"]) == 0
    assert started == [Config()]


def test_sockets_take_the_place_of_the_usual_ones(started: list[Config]) -> None:
    assert cli.run(["start", "--cri", "/x/containerd.sock", "--cri", "/x/crio.sock"]) == 0
    engines = started[0].container_engines
    assert engines.containerd.sockets == ["/x/containerd.sock"]
    assert engines.cri.sockets == ["/x/crio.sock"]
    assert engines.docker == ContainerEngines().docker


def test_named_socket_switches_its_engine_on(started: list[Config]) -> None:
    off = ["-o", "container_engines.cri.enabled=false"]
    assert cli.run(["start", *off, "--cri", "/x/crio.sock"]) == 0
    assert started[0].container_engines.cri.enabled


def test_answers_are_waited_for(started: list[Config]) -> None:
    assert cli.run(["start", "--disable-cri-async"]) == 0
    assert started[0].container_engines.cri.disable_async


def test_kubernetes_as_falco_has_it(started: list[Config]) -> None:
    line = ["-k", "https://10.0.0.1:443", "-K", "/run/token", "--k8s-node", "worker-1"]
    assert cli.run(line) == 0
    options = started[0].kubernetes
    assert options.api_server == "https://10.0.0.1:443"
    assert (options.certificate, options.node) == ("/run/token", "worker-1")


def test_configuration_stays_where_the_command_line_says_nothing(started: list[Config]) -> None:
    assert cli.run(["start", "-o", "kubernetes.node=n", "-k", "http://a"]) == 0
    assert (started[0].kubernetes.node, started[0].kubernetes.api_server) == ("n", "http://a")

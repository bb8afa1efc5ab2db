# SPDX-License-Identifier: Apache-2.0
"""The unit of systemd, with a real systemd: start, alert, reload, watchdog, stop.

What the unit keeps falcomod from is what is tested most: the eBPF driver, the tables of
/proc, the sockets and the folders must work within.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.systemd_host import ROOT, SystemdHost, systemd_host, unit

WATCHDOG_S = 4
FALCOMOD = str(Path(sys.executable).with_name("falcomod"))
# What the kubelet does to a volume when its ConfigMap has changed.
CONFIG_MAP = """
mkdir -p /etc/falcomod/map && cd /etc/falcomod/map && mkdir ..{version}
echo '{rules}' > ..{version}/rules.yaml
ln -s ..{version} ..data_tmp && mv -T ..data_tmp ..data
[ -e rules.yaml ] || ln -s ..data/rules.yaml rules.yaml
"""
RULE = (
    "[{rule: name, desc: x, priority: WARNING, output: name read, "
    "condition: evt.type = openat and fd.name = /etc/hostname}]"
)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemdHost]:
    folder = tmp_path_factory.mktemp("systemd")
    service = unit(watchdog_s=WATCHDOG_S, options="--driver ebpf -o webserver.listen_port=0")
    with systemd_host(folder, service) as running:
        yield running


@pytest.fixture
def service(host: SystemdHost) -> Iterator[SystemdHost]:
    """A host where the service has started; that it is ready is what start waits for."""
    host.run("systemctl", "start", "falcomod")
    yield host
    host.run("systemctl", "stop", "falcomod")


def status(host: SystemdHost) -> dict[str, object]:
    found: dict[str, object] = json.loads(host.run(FALCOMOD, "status", "--json"))
    return found


def test_service_is_ready_when_systemd_says_so(service: SystemdHost) -> None:
    assert service.show("ActiveState") == "active"
    found = status(service)
    assert found["driver"] == "ebpf"
    assert service.run("stat", "-c", "%a", "/run/falcomod/falcomod.sock").strip() == "600"
    assert "falcomod initialized" in service.journal()


def test_alert_is_in_the_journal(service: SystemdHost) -> None:
    service.run("sh", "-c", "cat /etc/shadow >/dev/null")
    service.wait_for("Warning .*(?i:sensitive file).*shadow")


def test_reload_by_systemd_goes_on_in_the_same_process(service: SystemdHost) -> None:
    pid = service.show("MainPID")
    service.run("systemctl", "reload", "falcomod")
    service.wait_for("reload succeeded")
    assert service.show("MainPID") == pid
    assert service.show("ActiveState") == "active"
    assert status(service)["reloads"] == 1


def test_rules_that_kubernetes_swaps_are_reloaded(host: SystemdHost) -> None:
    host.run("sh", "-c", CONFIG_MAP.format(version=1, rules="[]"))
    host.run("sh", "-c", "echo 'rules_files: [/etc/falcomod/map]' > /etc/falcomod/falcomod.yaml")
    host.run("systemctl", "start", "falcomod")
    try:
        host.run("sh", "-c", CONFIG_MAP.format(version=2, rules="- rule: half"))
        host.wait_for("reload refused.*map/rules.yaml:1:")
        host.run("sh", "-c", CONFIG_MAP.format(version=3, rules=RULE))
        host.wait_for("reload succeeded: 1 rules")
        host.run("sh", "-c", "cat /etc/hostname")
        host.wait_for("Warning name read")
    finally:
        host.run("systemctl", "stop", "falcomod")
        host.run("rm", "/etc/falcomod/falcomod.yaml")


def test_service_that_is_stuck_is_started_anew(service: SystemdHost) -> None:
    pid = service.show("MainPID")
    service.run("kill", "-STOP", pid)
    service.wait_for("(?i)watchdog timeout")
    service.wait_for("(?s)(?i)watchdog timeout.*falcomod initialized")
    assert service.show("MainPID") not in (pid, "0")
    assert service.show("NRestarts") == "1"


def test_service_that_goes_on_is_left_alone(service: SystemdHost) -> None:
    """For longer than the watchdog waits."""
    pid = service.show("MainPID")
    service.run("sleep", str(2 * WATCHDOG_S))
    assert service.show("MainPID") == pid


def test_stop_is_clean(host: SystemdHost) -> None:
    host.run("systemctl", "start", "falcomod")
    host.run("systemctl", "stop", "falcomod")
    assert host.show("Result") == "success"
    assert host.show("ExecMainStatus") == "0"
    assert "Events detected:" in host.journal()
    assert host.run("ls", "/run").split().count("falcomod") == 0


def test_service_is_installed_out_of_a_checkout(host: SystemdHost) -> None:
    """By make, whose own build is taken as it is; with every driver that works."""
    if ROOT / ".venv" not in Path(sys.executable).parents:
        pytest.skip(f"needs the environment that make builds, {ROOT}/.venv")
    make = ("make", "--silent", "-C", str(ROOT), "-o", "build")
    host.run(*make, "install-service")
    first = host.show("MainPID")
    host.run(*make, "install-service")
    assert host.show("ActiveState") == "active"
    assert host.show("MainPID") != first
    assert host.run("systemctl", "is-enabled", "falcomod").strip() == "enabled"
    assert "/etc/falcomod/falcomod.yaml" in host.journal()
    assert "falcomod start" in host.run("man", "falcomod")
    assert "driver " in host.run("sh", "-c", "falcomod status")
    host.run(*make, "remove-service")
    assert host.show("LoadState") == "not-found"
    assert not host.run("ls", "/usr/local/bin").count("falcomod")

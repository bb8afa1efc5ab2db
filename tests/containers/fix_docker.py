# SPDX-License-Identifier: Apache-2.0
"""dockerd and podman's service: real ones, with everything of their own, for a session of tests."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.apart import Apart
from tests.containers.images import BUSYBOX, Image, write_archive

START_S = 20.0

RUNC = str(Path(__file__).parent / "runc-without-sys-resource")
PRIVILEGED_RUNTIME = "without-sys-resource"

CHECKED = "local.test/checked:1"  # an image with a health check


class Daemon:
    """A daemon in namespaces of its own; may be ended and started again."""

    def __init__(self, home: Path, daemon: list[str], client: list[str]) -> None:
        self.home = home
        self.socket = str(home / "s")
        self.apart = Apart()
        self.images: dict[str, Image] = {}
        self._daemon = daemon
        self._client = client
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until somebody listens."""
        with open(self.home / "log", "ab") as log:
            command = self.apart.command(*self._daemon)
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + START_S
        while True:
            assert self._process.poll() is None, self.log()
            try:
                with socket.socket(socket.AF_UNIX) as asking:
                    asking.connect(self.socket)
                self("version")
                return
            except (OSError, AssertionError):
                assert time.monotonic() < end, self.log()
                time.sleep(0.02)

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def pause(self) -> None:
        """It answers no more, but its socket is there."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def __call__(self, *words: str) -> str:
        """What the command line program prints."""
        return self.apart.run([*self._client, *words]).strip()

    def load(self, name: str, *, healthcheck: tuple[str, ...] = ()) -> None:
        archive = self.home / "image.tar"
        self.images[name] = write_archive(archive, name, healthcheck=healthcheck)
        self("load", "-i", str(archive))

    def remove_all(self) -> None:
        """All containers, whatever they are at."""
        for id in self("ps", "-aq").split():
            self("rm", "-f", id)

    def close(self) -> None:
        """Ends it, its containers and its namespaces."""
        with contextlib.suppress(AssertionError):
            self.remove_all()
        if self._process is not None:
            self.stop()
        self.apart.close()

    def log(self) -> str:
        return (self.home / "log").read_text()


def made_dockerd(home: Path) -> Daemon:
    """dockerd with a bridge in a network of its own; containers outlive a restart."""
    config = {"live-restore": True, "runtimes": {PRIVILEGED_RUNTIME: {"path": RUNC}}}
    (home / "daemon.json").write_text(json.dumps(config))
    options = {
        "config-file": home / "daemon.json",
        "data-root": home / "data",
        "exec-root": home / "exec",
        "pidfile": home / "pid",
        "host": f"unix://{home}/s",
        "iptables": "false",
        "ip6tables": "false",
        "ip-masq": "false",
        "storage-driver": "overlay2",
    }
    command = ["dockerd", *(f"--{name}={value}" for name, value in options.items())]
    return Daemon(home, command, ["docker", "-H", f"unix://{home}/s"])


def made_podman(home: Path) -> Daemon:
    """podman's service; the program itself needs no daemon, but shares its directories."""
    options = {
        "root": home / "root",
        "runroot": home / "run",
        "tmpdir": home / "tmp",
        "network-config-dir": home / "net",
        "runtime": RUNC,
        "cgroup-manager": "cgroupfs",
        "events-backend": "file",
    }
    client = ["podman", *(f"--{name}={value}" for name, value in options.items())]
    service = [*client, "system", "service", "--time=0", f"unix://{home}/s"]
    return Daemon(home, service, client)


@pytest.fixture(scope="session")
def dockerd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A running dockerd with two images: BUSYBOX, and CHECKED with a health check."""
    daemon = made_dockerd(tmp_path_factory.mktemp("d"))
    try:
        daemon.start()
        daemon.load(BUSYBOX)
        daemon.load(CHECKED, healthcheck=("true", "--yes"))
        yield daemon
    finally:
        daemon.close()


@pytest.fixture(scope="session")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A running service of podman with the image BUSYBOX."""
    daemon = made_podman(tmp_path_factory.mktemp("p"))
    try:
        daemon.start()
        daemon.load(BUSYBOX)
        yield daemon
    finally:
        daemon.close()

# SPDX-License-Identifier: Apache-2.0
"""containerd: a real one, with everything of its own, for a session of tests."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.containers.apart import Apart
from tests.containers.groups import remove_groups
from tests.containers.images import BUSYBOX, PAUSE, Image, write_archive

START_S = 20.0
NAMESPACES = ("default", "k8s.io")

# restrict_oom_score_adj: a sandbox asks for less than zero, which needs CAP_SYS_RESOURCE.
CONFIG = """\
version = 2
root = "{home}/root"
state = "{home}/state"
disabled_plugins = [
  "io.containerd.internal.v1.restart", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "{socket}"
[ttrpc]
  address = "{socket}.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
  path = "{home}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_tcp_service = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{home}/cni"
"""

NETWORK = {
    "cniVersion": "0.4.0",
    "name": "pods",
    "plugins": [
        {
            "type": "ptp",
            "ipMasq": False,
            "ipam": {
                "type": "host-local",
                "subnet": "10.88.0.0/16",
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        }
    ],
}


class Containerd:
    """The daemon; may be killed and started again, containers live on meanwhile."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.socket = str(home / "containerd.sock")
        self.apart = Apart()
        self.images: dict[str, Image] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._namespaces: list[str] = []
        (home / "cni").mkdir()
        (home / "cni" / "10-pods.conflist").write_text(json.dumps(NETWORK))
        (home / "config.toml").write_text(CONFIG.format(home=home, socket=self.socket, pause=PAUSE))

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = self.apart.command("containerd", "--config", str(self.home / "config.toml"))
        with open(self.home / "log", "ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        options = [("grpc.default_authority", "localhost")]
        with grpc.insecure_channel(f"unix:{self.socket}", options) as channel:
            version = channel.unary_unary("/runtime.v1.RuntimeService/Version")
            end = time.monotonic() + START_S
            while time.monotonic() < end:
                assert self._process.poll() is None, self.log()
                # Before its services are up it refuses in several ways.
                with contextlib.suppress(grpc.RpcError):
                    version(b"", timeout=5, wait_for_ready=True)
                    return
                time.sleep(0.02)
        pytest.fail(f"containerd does not answer\n{self.log()}")

    def kill(self) -> None:
        """Ends it at once; its containers go on."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """It answers no more, but its socket is there."""
        os.kill(self.pid, signal.SIGSTOP)
        # Its threads go on until each has noticed.
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            while b") T " not in (thread / "stat").read_bytes():
                time.sleep(0.001)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """Ends it, its containers and its namespaces."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self.remove_containers()
            self._process.terminate()
            self._process.wait()
        self.apart.close()
        for path in ("/kubepods", *(f"/{namespace}" for namespace in self._namespaces)):
            remove_groups(path)

    def remove_containers(self) -> None:
        """Whatever is left in any namespace."""
        self._namespaces = self.ctr("namespace", "ls", "-q").split()
        for namespace in self._namespaces:
            for id in self.ctr("-n", namespace, "task", "ls", "-q").split():
                with contextlib.suppress(AssertionError):
                    self.ctr("-n", namespace, "task", "rm", "-f", id)
            for id in self.ctr("-n", namespace, "container", "ls", "-q").split():
                with contextlib.suppress(AssertionError):
                    self.ctr("-n", namespace, "container", "rm", id)

    def ctr(self, *words: str, timeout_s: float = 60) -> str:
        """What ctr prints; its options for a namespace come first."""
        return self.apart.run(["ctr", "-a", self.socket, *words], timeout_s=timeout_s)

    def import_image(self, archive: Path, image: Image, *namespaces: str) -> None:
        for namespace in namespaces or NAMESPACES:
            self.ctr("-n", namespace, "image", "import", str(archive))
        self.images[image.name] = image

    def log(self) -> str:
        return (self.home / "log").read_text()


def with_images(daemon: Containerd) -> None:
    """Starts it and gives it the images of images.py, in NAMESPACES."""
    daemon.start()
    pause = daemon.home / "pause.tar"
    command = ("/bin/sleep", "2147483647")
    daemon.import_image(pause, write_archive(pause, PAUSE, command=command), "k8s.io")
    busybox = daemon.home / "busybox.tar"
    daemon.import_image(busybox, write_archive(busybox, BUSYBOX))


@pytest.fixture(scope="session")
def containerd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containerd]:
    """A running containerd with the images of images.py in the namespaces default and k8s.io."""
    daemon = Containerd(tmp_path_factory.mktemp("containerd"))
    try:
        with_images(daemon)
        yield daemon
    finally:
        daemon.close()

# SPDX-License-Identifier: Apache-2.0
"""A real API server of Kubernetes over a real etcd, on loopback, and who may write to it.

There is no kubelet, no scheduler and no controller: pods get their node by hand, their
status is patched in, and owners are written as controllers would write them.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

START_S = 60.0
ADMIN = "admin-token"
READER = "reader-token"  # with the rights of docs/kubernetes-rbac.yaml
NOBODY = "nobody-token"
KEY_PASSWORD = "key-password"
TOKENS = f'{ADMIN},admin,1,"system:masters"\n{READER},falcomod-reader,2\n{NOBODY},nobody-at-all,3\n'


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """etcd and kube-apiserver with files of their own below *directory*.

    *options* are further ones of kube-apiserver.
    """

    def __init__(
        self, program: Path, directory: Path, options: Mapping[str, str] | None = None
    ) -> None:
        self.program = program
        self.directory = directory
        self._options = options or {}
        self.port = free_port()
        self._etcd_ports = free_port(), free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        (directory / "tokens.csv").write_text(TOKENS)
        for name in (ADMIN, READER, NOBODY):
            (directory / name).write_text(name + "\n")
        self._openssl("genrsa", "-out", "sa.key", "2048")
        self._make_client_certificate()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def authority(self) -> Path:
        """Its certificate signs itself."""
        return self.directory / "certificates" / "apiserver.crt"

    def start(self) -> None:
        self.start_etcd()
        self.start_api()

    def stop(self) -> None:
        for name in ("kube-apiserver", "etcd"):
            self.kill(name, signal.SIGTERM)

    def start_etcd(self) -> None:
        client, peer = (f"http://127.0.0.1:{port}" for port in self._etcd_ports)
        self._start(
            "etcd",
            [
                "etcd",
                f"--data-dir={self.directory / 'etcd'}",
                "--unsafe-no-fsync",
                f"--listen-client-urls={client}",
                f"--advertise-client-urls={client}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}",
            ],
        )

    def start_api(self) -> None:
        """Returns when it answers."""
        key = str(self.directory / "sa.key")
        options = {
            "etcd-servers": f"http://127.0.0.1:{self._etcd_ports[0]}",
            "bind-address": "127.0.0.1",
            "secure-port": str(self.port),
            "insecure-port": "0",
            "cert-dir": str(self.directory / "certificates"),
            "service-cluster-ip-range": "10.96.0.0/16",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": key,
            "service-account-signing-key-file": key,
            "client-ca-file": str(self.directory / "clients.crt"),
            "token-auth-file": str(self.directory / "tokens.csv"),
            "authorization-mode": "RBAC",
            "disable-admission-plugins": "ServiceAccount",
            "allow-privileged": "true",
            "endpoint-reconciler-type": "none",
            **self._options,
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        self._start("kube-apiserver", [str(self.program), *arguments])
        self.wait_ready()

    def wait_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            if self._processes["kube-apiserver"].poll() is not None:
                raise RuntimeError(self.log("kube-apiserver"))
            if time.monotonic() > deadline:
                raise TimeoutError(self.log("kube-apiserver"))
            time.sleep(0.1)

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        process = self._processes.pop(name, None)
        if process is not None:
            process.send_signal(number)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def pause(self) -> None:
        """It takes connections and says nothing."""
        os.kill(self._processes["kube-apiserver"].pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._processes["kube-apiserver"].pid, signal.SIGCONT)

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(errors="replace")[-4000:]

    # What an administrator does.

    def get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._call("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._call("PATCH", path, body, kind="application/merge-patch+json")

    def delete(self, path: str) -> None:
        self._call("DELETE", path + "?gracePeriodSeconds=0")

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        kind: str = "application/json",
    ) -> dict[str, Any]:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {ADMIN}", "Content-Type": kind},
        )
        trusted = ssl.create_default_context(cafile=str(self.authority))
        try:
            with urllib.request.urlopen(request, timeout=20, context=trusted) as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()}") from error
        assert isinstance(found, dict)
        return found

    def _make_client_certificate(self) -> None:
        """client.crt of the reader, and client.key, which has the password KEY_PASSWORD."""
        self._openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=clients", "-keyout", "clients.key", "-out", "clients.crt"),
        )
        self._openssl(
            *("req", "-newkey", "rsa:2048", "-passout", f"pass:{KEY_PASSWORD}"),
            *("-subj", "/CN=falcomod-reader", "-keyout", "client.key", "-out", "client.csr"),
        )
        self._openssl(
            *("x509", "-req", "-in", "client.csr", "-days", "2", "-CAcreateserial"),
            *("-CA", "clients.crt", "-CAkey", "clients.key", "-out", "client.crt"),
        )

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)

    def _is_ready(self) -> bool:
        trusted = ssl.create_default_context()
        try:
            trusted.load_verify_locations(str(self.authority))
            request = urllib.request.Request(
                self.url + "/readyz", headers={"Authorization": f"Bearer {ADMIN}"}
            )
            with urllib.request.urlopen(request, timeout=5, context=trusted) as answer:
                return bool(answer.status == 200)
        except (OSError, ssl.SSLError):
            return False

    def _start(self, name: str, command: list[str]) -> None:
        with open(self.directory / f"{name}.log", "ab") as log:
            self._processes[name] = subprocess.Popen(command, stdout=log, stderr=log)

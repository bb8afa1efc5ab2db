# SPDX-License-Identifier: Apache-2.0
"""One API server for all tests; each works in a namespace, and on a node, of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from falcomod.engine.state.tables import State
from falcomod.enrich.kubernetes import Kubernetes
from falcomod.enrich.kubernetes_access import Access
from tests.kubernetes.objects import make_namespace
from tests.kubernetes.server import READER, Server

ROOT = Path(__file__).resolve().parents[2]
RIGHTS = ROOT / "docs" / "kubernetes-rbac.yaml"
PATIENT_S = 60.0

# Where objects of the manifest are made.
PATHS = {
    "Namespace": "/api/v1/namespaces",
    "ServiceAccount": "/api/v1/namespaces/falcomod/serviceaccounts",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
}


class Watched:
    """The state of an engine that does at once what is posted, and a client that posts."""

    def __init__(self, access: Access, node: str, **more: Any) -> None:
        self.state = State()
        self.told: dict[str, float] = {}  # by uid of a pod: when the state heard of it last
        self.removed: set[str] = set()
        self._changed = threading.Condition()
        self.kubernetes = Kubernetes(access, node, post=self._post, state=self, **more)

    def set_pod(self, uid: str, facts: dict[str, Any]) -> None:
        self.state.set_pod(uid, facts)
        self.told[uid] = time.monotonic()

    def remove_pod(self, uid: str) -> None:
        self.state.remove_pod(uid)
        self.removed.add(uid)

    def pod(self, uid: str) -> dict[str, Any]:
        found: dict[str, Any] = self.state.pod(uid) or {}
        return found

    def until(self, holds: Callable[[], object], timeout_s: float = PATIENT_S) -> bool:
        with self._changed:
            return bool(self._changed.wait_for(holds, timeout_s))

    def _post(self, call: Callable[[], object]) -> None:
        with self._changed:
            call()
            self._changed.notify_all()


Watch = Callable[..., Watched]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(ROOT / "build" / "kube-apiserver", tmp_path_factory.mktemp("kubernetes"))
    try:
        made.start()
        grant(made)
        yield made
    finally:
        made.stop()


def grant(server: Server) -> None:
    """The rights of the manifest, to its service account and to who has the reader's token."""
    for document in yaml.safe_load_all(RIGHTS.read_text()):
        if document["kind"] == "ClusterRoleBinding":
            user = {"kind": "User", "name": "falcomod-reader"}
            document["subjects"].append({"apiGroup": "rbac.authorization.k8s.io", **user})
        server.post(PATHS[document["kind"]], document)


@pytest.fixture
def namespace(server: Server, request: pytest.FixtureRequest) -> str:
    name = request.node.name.split("[")[0].replace("_", "-")[:60].strip("-")
    make_namespace(server, name, {"team": "a"})
    return name


@pytest.fixture
def node(namespace: str) -> str:
    return f"node-of-{namespace}"[:63].strip("-")


@pytest.fixture
def reader(server: Server) -> Access:
    """As whom falcomod asks, with the rights of the manifest and no others."""
    return Access(url=server.url, token_file=server.directory / READER, ca_file=server.authority)


@pytest.fixture
def watch(reader: Access, node: str) -> Iterator[Watch]:
    """Starts a client of the node's pods, which ends with the test."""
    started: list[Watched] = []

    def start(access: Access | None = None, **more: Any) -> Watched:
        watched = Watched(access or reader, node, **more)
        started.append(watched)
        watched.kubernetes.start()
        return watched

    yield start
    for watched in started:
        watched.kubernetes.stop()

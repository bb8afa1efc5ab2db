# SPDX-License-Identifier: Apache-2.0
"""Records answers of the real API server for the tests that have none.

    python -m tests.kubernetes.record [DIRECTORY]

Writes tests/unit/enrich/recorded: NAME.json is the body of an answer; watch.jsonl the lines
of a watch of pods, from the pod's creation to its end.  What differs from run to run
(uids, versions, times) is written as the server said it.
"""

from __future__ import annotations

import http.client
import json
import ssl
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

from falcomod.enrich.kubernetes_api import METADATA, METADATA_LIST
from tests.kubernetes.objects import (
    NODE,
    make_deployment,
    make_namespace,
    make_pod,
    make_replication_controller,
    make_service,
    owner,
    run_pod,
)
from tests.kubernetes.server import ADMIN, NOBODY, Server

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests" / "unit" / "enrich" / "recorded"
PODS = f"/api/v1/pods?fieldSelector=spec.nodeName%3D{NODE}"
SHOP = "/api/v1/namespaces/shop"
APPS = "/apis/apps/v1/namespaces/shop"


def main() -> None:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        server = Server(ROOT / "build" / "kube-apiserver", Path(work))
        try:
            server.start()
            record(server, directory)
        finally:
            server.stop()


def record(server: Server, directory: Path) -> None:
    def keep(name: str, path: str, *, accept: str = "application/json", token: str = ADMIN) -> None:
        _, body = ask(server, path, accept=accept, token=token)
        (directory / f"{name}.json").write_bytes(body.rstrip(b"\n") + b"\n")

    make_namespace(server, "shop", {"team": "buyers"})
    deployment, replica_set = make_deployment(server, "shop", "web", {"tier": "front"})
    controller = make_replication_controller(server, "shop", "old", {"tier": "back"})
    make_service(server, "shop", "web", {"app": "web"}, {"kept-by": "shop"})
    make_service(server, "shop", "back", {"app": "old"}, {})
    web = owner("ReplicaSet", replica_set)
    make_pod(server, "shop", "web-1", {"app": "web"}, owner=web)
    run_pod(server, "shop", "web-1")
    make_pod(
        server, "shop", "old-1", {"app": "old"}, owner=owner("ReplicationController", controller)
    )
    make_pod(server, "shop", "elsewhere", {"app": "web"}, owner=web, node="node-2")
    keep("pods", PODS)
    keep("pods_page", PODS + "&limit=1")
    keep("namespaces", "/api/v1/namespaces", accept=METADATA_LIST)
    keep("services", "/api/v1/services")
    keep("replica_set", f"{APPS}/replicasets/{replica_set['metadata']['name']}", accept=METADATA)
    keep("deployment", f"{APPS}/deployments/{deployment['metadata']['name']}", accept=METADATA)
    keep("replication_controller", f"{SHOP}/replicationcontrollers/old", accept=METADATA)
    keep("missing", f"{APPS}/deployments/none")
    keep("forbidden", PODS, token=NOBODY)
    keep("unauthorized", PODS, token="nobody-has-this")
    record_watch(server, directory / "watch.jsonl")
    server.kill("kube-apiserver")
    server.start_api()
    first, _ = ask(server, PODS + "&watch=true&resourceVersion=1&timeoutSeconds=2")
    assert first == 200
    keep("gone", PODS + "&watch=true&resourceVersion=1&timeoutSeconds=2")


def record_watch(server: Server, path: Path) -> None:
    """A pod comes, is taken up by kubelet, and goes."""
    version = server.get("/api/v1/pods")["metadata"]["resourceVersion"]
    query = f"&watch=true&resourceVersion={version}&allowWatchBookmarks=true&timeoutSeconds=8"
    bodies: list[bytes] = []
    thread = threading.Thread(target=lambda: bodies.append(ask(server, PODS + query)[1]))
    thread.start()
    make_pod(server, "shop", "late", {"app": "web"})
    run_pod(server, "shop", "late", "10.1.0.9")
    server.delete(f"{SHOP}/pods/late")
    thread.join()
    path.write_bytes(bodies[0])


def ask(
    server: Server, path: str, *, accept: str = "application/json", token: str = ADMIN
) -> tuple[int, bytes]:
    """(status, body), whatever the status is."""
    trusted = ssl.create_default_context(cafile=str(server.authority))
    connection = http.client.HTTPSConnection(
        urlsplit(server.url).netloc, context=trusted, timeout=30
    )
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert json.loads(body.splitlines()[0])
    return answer.status, body


if __name__ == "__main__":
    main()

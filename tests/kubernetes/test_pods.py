# SPDX-License-Identifier: Apache-2.0
"""What the state knows of pods, as a real server tells it to who may read and no more."""

from __future__ import annotations

import statistics
import time

from falcomod.enrich.kubernetes_objects import MIRROR
from falcomod.enrich.kubernetes_runtime import KubernetesRuntime
from tests.kubernetes.conftest import Watch
from tests.kubernetes.objects import (
    DIGEST,
    make_deployment,
    make_pod,
    make_replication_controller,
    make_service,
    owner,
    pod_body,
    run_pod,
)
from tests.kubernetes.server import Server


def test_pod_of_a_deployment(server: Server, namespace: str, node: str, watch: Watch) -> None:
    watched = watch()
    deployment, replica_set = make_deployment(server, namespace, "web", {"tier": "front"})
    service = make_service(server, namespace, "web", {"app": "web"}, {"kept-by": "me"})
    make_service(server, namespace, "other", {"app": "other"}, {})
    uid = make_pod(
        server,
        namespace,
        "web-1",
        {"app": "web"},
        owner=owner("ReplicaSet", replica_set),
        node=node,
    )
    run_pod(server, namespace, "web-1", "10.1.2.3")
    assert watched.until(lambda: watched.pod(uid).get("ip"))
    assert watched.until(lambda: (watched.pod(uid)["deployment"] or {}).get("labels"))
    assert watched.until(lambda: watched.pod(uid)["services"])
    facts = watched.pod(uid)
    namespaced = server.get(f"/api/v1/namespaces/{namespace}")["metadata"]
    assert (facts["name"], facts["namespace"], facts["ip"]) == ("web-1", namespace, "10.1.2.3")
    assert facts["labels"] == {"app": "web"}
    assert facts["namespace_uid"] == namespaced["uid"]
    assert facts["namespace_labels"]["team"] == "a"
    assert facts["deployment"] == {
        "name": "web",
        "uid": deployment["metadata"]["uid"],
        "labels": {"tier": "front"},
    }
    assert facts["replica_set"]["name"] == replica_set["metadata"]["name"]
    assert facts["replica_set"]["labels"]["pod-template-hash"] == "6d4cf56db6"
    assert facts["replication_controller"] is None
    assert facts["services"] == [{"name": "web", "uid": service, "labels": {"kept-by": "me"}}]


def test_pod_of_a_replication_controller(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    controller = make_replication_controller(server, namespace, "old", {"tier": "back"})
    reference = owner("ReplicationController", controller)
    uid = make_pod(server, namespace, "old-1", {"app": "old"}, owner=reference, node=node)
    watched = watch()
    assert watched.until(
        lambda: (watched.pod(uid).get("replication_controller") or {}).get("labels")
    )
    assert watched.pod(uid)["replication_controller"] == {
        "name": "old",
        "uid": controller["metadata"]["uid"],
        "labels": {"tier": "back"},
    }


def test_labels_and_services_that_change(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    watched = watch()
    uid = make_pod(server, namespace, "one", {"app": "a"}, node=node)
    make_service(server, namespace, "of-a", {"app": "a"}, {})
    make_service(server, namespace, "of-b", {"app": "b"}, {})

    def services() -> list[str]:
        return [service["name"] for service in watched.pod(uid).get("services", ())]

    assert watched.until(lambda: services() == ["of-a"])
    path = f"/api/v1/namespaces/{namespace}"
    server.patch(f"{path}/pods/one", {"metadata": {"labels": {"app": "b"}}})
    assert watched.until(lambda: services() == ["of-b"])
    assert watched.pod(uid)["labels"] == {"app": "b"}
    server.delete(f"{path}/services/of-b")
    assert watched.until(lambda: services() == [])
    server.patch(path, {"metadata": {"labels": {"team": "b"}}})
    assert watched.until(lambda: watched.pod(uid)["namespace_labels"].get("team") == "b")


def test_pods_of_other_nodes_are_not_ours(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    before = make_pod(server, namespace, "before", node="another")
    watched = watch()
    after = make_pod(server, namespace, "after", node="another")
    ours = make_pod(server, namespace, "ours", node=node)
    assert watched.until(lambda: watched.pod(ours))
    assert watched.pod(before) == {}
    assert watched.pod(after) == {}


def test_static_pod_is_known_by_the_uid_that_kubelet_gave_it(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    body = pod_body("static", {}, node=node)
    body["metadata"]["annotations"] = {MIRROR: "8c9b0e7a8ff30ae3f5d3f3b9a1bfc4a7"}
    body["spec"]["volumes"] = []
    body["spec"]["containers"][0]["volumeMounts"] = []
    server.post(f"/api/v1/namespaces/{namespace}/pods", body)
    watched = watch()
    assert watched.until(lambda: watched.pod("8c9b0e7a8ff30ae3f5d3f3b9a1bfc4a7"))


def test_pod_that_is_deleted_is_forgotten(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    watched = watch(linger_s=0.0)
    uid = make_pod(server, namespace, "gone", node=node)
    id = run_pod(server, namespace, "gone")
    assert watched.until(lambda: watched.pod(uid).get("ip"))
    server.delete(f"/api/v1/namespaces/{namespace}/pods/gone")
    assert watched.until(lambda: uid in watched.removed)
    assert watched.pod(uid) == {}
    assert watched.kubernetes.container_facts(id) is None


def test_server_is_asked_about_a_container(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    watched = watch()
    uid = make_pod(server, namespace, "web", {"app": "web"}, node=node)
    id = run_pod(server, namespace, "web", "10.1.2.4")
    assert watched.until(lambda: watched.pod(uid).get("ip"))
    runtime = KubernetesRuntime(watched.kubernetes)
    described = runtime.find(id[:12], 1.0)
    assert described.facts["image_digest"] == DIGEST
    assert described.facts["privileged"] is True
    # The engine takes all of it.
    watched.state.set_container(id, described.facts)
    known = watched.state.container(id[:12])
    assert (known["pod_name"], known["pod_ip"]) == ("web", "10.1.2.4")
    assert known["image_repository"] == "docker.io/library/nginx"
    assert known["liveness_probe"] == ("/bin/check", ["alive"])


def test_time_from_a_status_to_the_state(
    server: Server, namespace: str, node: str, watch: Watch
) -> None:
    """Printed with -s; asserted is only that it is no matter of seconds."""
    watched = watch()
    took_ms = []
    for number in range(30):
        uid = make_pod(server, namespace, f"pod-{number}", node=node)
        began_s = time.monotonic()
        run_pod(server, namespace, f"pod-{number}", f"10.1.3.{number + 1}")
        assert watched.until(lambda uid=uid: watched.pod(uid).get("ip"))  # type: ignore[misc]
        took_ms.append((watched.told[uid] - began_s) * 1000)
    print(
        f"\nstatus patch to set_pod: median {statistics.median(took_ms):.1f} ms, "
        f"longest {max(took_ms):.1f} ms"
    )
    assert statistics.median(took_ms) < 1000

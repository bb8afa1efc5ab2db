# SPDX-License-Identifier: Apache-2.0
"""Objects as a cluster with all its parts has them, written by hand."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.kubernetes.server import Server

NODE = "node-1"
IMAGE = "docker.io/library/nginx:1.27"
DIGEST = "sha256:" + "d" * 64


def container_id(name: str) -> str:
    """64 hexadecimal digits, the same for the same name."""
    return hashlib.sha256(name.encode()).hexdigest()


def make_namespace(server: Server, name: str, labels: dict[str, str] | None = None) -> str:
    metadata = {"name": name, "labels": labels or {}}
    return str(server.post("/api/v1/namespaces", {"metadata": metadata})["metadata"]["uid"])


def pod_body(
    name: str,
    labels: dict[str, str],
    *,
    node: str = NODE,
    owner: dict[str, Any] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    container = {
        "name": "web",
        "image": IMAGE,
        "livenessProbe": {"exec": {"command": ["/bin/check", "alive"]}},
        "readinessProbe": {"exec": {"command": ["/bin/check"]}},
        "securityContext": {"privileged": True},
        "volumeMounts": [{"name": "etc", "mountPath": "/host/etc", "readOnly": True}],
    }
    metadata: dict[str, Any] = {"name": name, "labels": labels}
    if owner is not None:
        metadata["ownerReferences"] = [owner]
    return {
        "metadata": metadata,
        "spec": {
            "nodeName": node,
            "containers": [container],
            "volumes": [{"name": "etc", "hostPath": {"path": "/etc"}}],
            **spec,
        },
    }


def make_pod(
    server: Server,
    namespace: str,
    name: str,
    labels: dict[str, str] | None = None,
    **more: Any,
) -> str:
    """Its uid."""
    made = server.post(f"/api/v1/namespaces/{namespace}/pods", pod_body(name, labels or {}, **more))
    return str(made["metadata"]["uid"])


def run_pod(server: Server, namespace: str, name: str, ip: str = "10.1.0.5") -> str:
    """Says of a pod what kubelet says when it runs; the id of its container."""
    id = container_id(f"{namespace}/{name}")
    status = {
        "name": "web",
        "image": IMAGE,
        "imageID": f"docker.io/library/nginx@{DIGEST}",
        "containerID": f"containerd://{id}",
        "ready": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": "2026-01-02T03:04:05Z"}},
    }
    server.patch(
        f"/api/v1/namespaces/{namespace}/pods/{name}/status",
        {"status": {"phase": "Running", "podIP": ip, "containerStatuses": [status]}},
    )
    return id


def owner(kind: str, made: dict[str, Any]) -> dict[str, Any]:
    """The reference that a controller writes into what it makes."""
    version = "v1" if kind == "ReplicationController" else "apps/v1"
    metadata = made["metadata"]
    return {
        "apiVersion": version,
        "kind": kind,
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def make_deployment(
    server: Server, namespace: str, name: str, labels: dict[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(deployment, its replica set), as the deployment controller leaves them."""
    pod = pod_body("", {"app": name})
    template = {"metadata": {"labels": {"app": name}}, "spec": dict(pod["spec"])}
    del template["spec"]["nodeName"]
    spec = {"selector": {"matchLabels": {"app": name}}, "template": template}
    apps = f"/apis/apps/v1/namespaces/{namespace}"
    body = {"metadata": {"name": name, "labels": labels}, "spec": spec}
    deployment = server.post(f"{apps}/deployments", body)
    body = {
        "metadata": {
            "name": f"{name}-6d4cf56db6",
            "labels": {"app": name, "pod-template-hash": "6d4cf56db6"},
            "ownerReferences": [owner("Deployment", deployment)],
        },
        "spec": spec,
    }
    return deployment, server.post(f"{apps}/replicasets", body)


def make_replication_controller(
    server: Server, namespace: str, name: str, labels: dict[str, str]
) -> dict[str, Any]:
    pod = pod_body("", {"app": name})
    template = {"metadata": {"labels": {"app": name}}, "spec": dict(pod["spec"])}
    del template["spec"]["nodeName"]
    return server.post(
        f"/api/v1/namespaces/{namespace}/replicationcontrollers",
        {
            "metadata": {"name": name, "labels": labels},
            "spec": {"selector": {"app": name}, "template": template},
        },
    )


def make_service(
    server: Server, namespace: str, name: str, selector: dict[str, str], labels: dict[str, str]
) -> str:
    """Its uid."""
    made = server.post(
        f"/api/v1/namespaces/{namespace}/services",
        {
            "metadata": {"name": name, "labels": labels},
            "spec": {"selector": selector, "ports": [{"port": 80}]},
        },
    )
    return str(made["metadata"]["uid"])

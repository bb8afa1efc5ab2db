# SPDX-License-Identifier: Apache-2.0
"""What is kept of objects of Kubernetes, out of the JSON of its API.

An object has kilobytes (managed fields, conditions, annotations); a few texts of it are
kept.  Nothing in it is believed: what has not the type that the API says is left out,
an object without a name is none.  Names of fields: Kubernetes API reference, v1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from falcomod.enrich.kubernetes_json import Labels, identity, labels, member, members, text
from falcomod.enrich.pod_containers import PodContainer, containers_of

# Kinds of owners that are told of, and what State.set_pod() calls them.
CONTROLLERS = {
    "ReplicaSet": "replica_set",
    "Deployment": "deployment",
    "ReplicationController": "replication_controller",
}

# kubelet knows a static pod by another uid than the API server: by the one that this annotation
# of the pod at the server holds, and control groups are named after it.
MIRROR = "kubernetes.io/config.mirror"


@dataclass(frozen=True, slots=True)
class Reference:
    """The object that controls another."""

    kind: str
    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Controller:
    """A Deployment, ReplicaSet or ReplicationController."""

    uid: str
    labels: Labels
    owner: Reference | None


@dataclass(frozen=True, slots=True)
class Namespace:
    uid: str
    name: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Service:
    uid: str
    name: str
    namespace: str
    labels: Labels
    selector: Labels  # labels that a pod must have; none: it selects no pods


@dataclass(frozen=True, slots=True)
class Pod:
    uid: str
    name: str
    namespace: str
    ip: str  # "": none yet
    labels: Labels
    owner: Reference | None
    names: tuple[str, ...]  # the uids by which control groups may name it
    containers: tuple[PodContainer, ...]  # those that have an id


def pod(object: Any) -> Pod | None:
    """A pod; None when that cannot be one."""
    metadata = member(object, "metadata")
    uid = identity(metadata.get("uid"))
    name, namespace = text(metadata.get("name")), text(metadata.get("namespace"))
    if not (uid and name and namespace):
        return None
    mirror = identity(member(metadata, "annotations").get(MIRROR))
    return Pod(
        uid=uid,
        name=name,
        namespace=namespace,
        ip=text(member(object, "status").get("podIP")),
        labels=labels(metadata.get("labels")),
        owner=_owner(metadata),
        names=(uid, mirror) if mirror and mirror != uid else (uid,),
        containers=containers_of(object),
    )


def namespace(object: Any) -> Namespace | None:
    """A namespace; None when that cannot be one."""
    metadata = member(object, "metadata")
    uid, name = identity(metadata.get("uid")), text(metadata.get("name"))
    if not (uid and name):
        return None
    return Namespace(uid=uid, name=name, labels=labels(metadata.get("labels")))


def service(object: Any) -> Service | None:
    """A service; None when that cannot be one."""
    metadata = member(object, "metadata")
    uid = identity(metadata.get("uid"))
    name, namespace = text(metadata.get("name")), text(metadata.get("namespace"))
    if not (uid and name and namespace):
        return None
    given = member(object, "spec").get("selector")
    selector = labels(given)
    if isinstance(given, dict) and len(selector) != len(given):
        selector = {}  # a part of it would select too many
    return Service(
        uid=uid,
        name=name,
        namespace=namespace,
        labels=labels(metadata.get("labels")),
        selector=selector,
    )


def controller(object: Any) -> Controller | None:
    """A controller; None when that cannot be one."""
    metadata = member(object, "metadata")
    uid = identity(metadata.get("uid"))
    if not uid:
        return None
    return Controller(uid=uid, labels=labels(metadata.get("labels")), owner=_owner(metadata))


def _owner(metadata: dict[str, Any]) -> Reference | None:
    """What controls the object of this metadata; an object has one controller at most."""
    for reference in members(metadata, "ownerReferences"):
        kind, name = text(reference.get("kind")), text(reference.get("name"))
        uid = identity(reference.get("uid"))
        if reference.get("controller") is True and kind and name and uid:
            return Reference(kind, text(metadata.get("namespace")), name, uid)
    return None

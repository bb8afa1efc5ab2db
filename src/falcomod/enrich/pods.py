# SPDX-License-Identifier: Apache-2.0
"""Pods of this node, with what belongs to them: namespace, owners, services.

Objects of Kubernetes come in, facts go out (State.set_pod, remove_pod), whenever they
differ from those that went out before.  Nothing is asked from here and no clock is read:
who follows the API server is enrich.kubernetes.  Not for several threads at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from falcomod.enrich.kubernetes_objects import (
    CONTROLLERS,
    Controller,
    Namespace,
    Pod,
    Reference,
    Service,
)
from falcomod.enrich.pod_containers import PodContainer
from falcomod.enrich.runtime import ITEMS_MAX, SHORT_ID_SIZE, Change, Facts

PODS_MAX = 10_000  # kubelet's default is 110 of a node
OTHERS_MAX = 100_000  # namespaces, and services, of a cluster
# A pod is deleted at the server when its containers have ended, but their last events may still
# be on their way through the rings.
LINGER_S = 30.0
CONTROLLER_FRESH_S = 600.0  # then its labels are asked for anew, when a pod of it changes
REFUSED_FRESH_S = 120.0  # then what was refused is asked for anew: rights may be there by now

NEVER: tuple[float, Controller | None] = (-math.inf, None)  # asked for, and without an answer


class Pods:
    """What is known of this node's pods.

    *set_pod* and *remove_pod* are called with the uid by which control groups name the pod.
    """

    def __init__(
        self,
        set_pod: Callable[[str, Facts], object],
        remove_pod: Callable[[str], object],
        *,
        linger_s: float = LINGER_S,
    ) -> None:
        self._set_pod = set_pod
        self._remove_pod = remove_pod
        self._linger_s = linger_s
        self._pods: dict[str, Pod] = {}
        self._told: dict[str, Facts] = {}  # by the same uids
        self._leaving: dict[str, float] = {}  # by uid: when to forget it, in order
        self._containers: dict[str, PodContainer] = {}  # by whole and by short id
        self._namespaces: dict[str, Namespace] = {}  # by name
        self._services: dict[str, dict[str, Service]] = {}  # by namespace and uid
        self._service_count = 0
        self._controllers: dict[str, tuple[float, Controller | None]] = {}  # by uid; None: refused
        self._missing: dict[str, Reference] = {}  # by uid, the longest missing first
        self.left_out = 0  # objects that there was no room for

    def __len__(self) -> int:
        return len(self._pods)

    def container(self, id: str) -> PodContainer | None:
        """A container of these pods, by its whole id or the first 12 characters of it."""
        return self._containers.get(id)

    def running(self) -> list[PodContainer]:
        """All containers that run."""
        containers = (of for pod in self._pods.values() for of in pod.containers)
        return [container for container in containers if container.is_running]

    def put_pod(self, pod: Pod, now_s: float) -> list[Change]:
        """A pod that is new, or has changed; what that means for its containers."""
        known = self._pods.get(pod.uid)
        if known is None and len(self._pods) >= PODS_MAX:
            self.left_out += 1
            return []
        self._leaving.pop(pod.uid, None)
        self._pods[pod.uid] = pod
        self._index(known.containers if known is not None else (), pod.containers)
        self._want_controllers(pod, now_s)
        self._tell(pod)
        return _changes(known.containers if known is not None else (), pod.containers)

    def drop_pod(self, uid: str, now_s: float) -> list[Change]:
        """A pod that is gone; its facts are kept for a while yet, see sweep()."""
        pod = self._pods.get(uid)
        if pod is None or uid in self._leaving:
            return []
        self._leaving[uid] = now_s + self._linger_s
        return _changes(pod.containers, ())

    def replace_pods(self, pods: list[Pod], now_s: float) -> list[Change]:
        """These are all the pods there are."""
        gone = self._pods.keys() - {pod.uid for pod in pods}
        changes = [change for uid in gone for change in self.drop_pod(uid, now_s)]
        for pod in pods:
            changes += self.put_pod(pod, now_s)
        return changes

    def replace_namespaces(self, namespaces: list[Namespace]) -> None:
        """These are all the namespaces there are."""
        for name in self._namespaces.keys() - {namespace.name for namespace in namespaces}:
            self.drop_namespace(name)
        for namespace in namespaces:
            self.put_namespace(namespace)

    def replace_services(self, services: list[Service]) -> None:
        """These are all the services there are."""
        kept = {(service.namespace, service.uid) for service in services}
        known = [(name, uid) for name, of in self._services.items() for uid in of]
        for name, uid in known:
            if (name, uid) not in kept:
                self.drop_service(name, uid)
        for service in services:
            self.put_service(service)

    def put_namespace(self, namespace: Namespace) -> None:
        if namespace.name not in self._namespaces and len(self._namespaces) >= OTHERS_MAX:
            self.left_out += 1
            return
        if self._namespaces.get(namespace.name) != namespace:
            self._namespaces[namespace.name] = namespace
            self._tell_all(namespace.name)

    def drop_namespace(self, name: str) -> None:
        """Its pods have gone before; those that linger keep its facts."""
        self._namespaces.pop(name, None)

    def put_service(self, service: Service) -> None:
        """A service; one that selects no pods is not kept."""
        if not service.selector:
            self.drop_service(service.namespace, service.uid)
            return
        of_namespace = self._services.setdefault(service.namespace, {})
        known = of_namespace.get(service.uid)
        if known is None:
            if self._service_count >= OTHERS_MAX:
                self.left_out += 1
                return
            self._service_count += 1
        if known != service:
            of_namespace[service.uid] = service
            self._tell_selected(service, *([known] if known is not None else ()))

    def drop_service(self, namespace: str, uid: str) -> None:
        of_namespace = self._services.get(namespace, {})
        service = of_namespace.pop(uid, None)
        if service is not None:
            self._service_count -= 1
            self._tell_selected(service)
        if not of_namespace:
            self._services.pop(namespace, None)

    def missing_controller(self) -> Reference | None:
        """The controller that is to be asked for next; None: there is none."""
        return next(iter(self._missing.values()), None)

    def put_controller(self, uid: str, controller: Controller | None, now_s: float) -> None:
        """The answer to missing_controller(); None: there is none, or it is refused.

        What was known stays: a server that has just started refuses what it grants later.
        """
        self._missing.pop(uid, None)
        _, known = self._controllers.get(uid, NEVER)
        self._controllers[uid] = (now_s, controller or known)
        for pod in list(self._pods.values()):
            if uid in self._chain(pod):
                self._want_controllers(pod, now_s)
                self._tell(pod)

    def postpone_controller(self, uid: str) -> None:
        """No answer to missing_controller(); the others come first."""
        reference = self._missing.pop(uid, None)
        if reference is not None:
            self._missing[uid] = reference

    def sweep(self, now_s: float) -> None:
        """Forgets pods that have been gone for a while, and controllers that none has.

        Controllers that were refused are missing again after a while.
        """
        for uid in [uid for uid, until_s in self._leaving.items() if until_s <= now_s]:
            del self._leaving[uid]
            pod = self._pods.pop(uid)
            self._told.pop(uid, None)
            self._index(pod.containers, ())
            for name in pod.names:
                self._remove_pod(name)
        used: dict[str, Reference] = {}
        for pod in self._pods.values():
            used |= self._chain(pod)
        for uid, reference in used.items():
            asked_s, controller = self._controllers.get(uid, NEVER)
            if controller is None and asked_s + REFUSED_FRESH_S <= now_s:
                self._missing.setdefault(uid, reference)
        for uid in [uid for uid in self._controllers if uid not in used]:
            del self._controllers[uid]
        for uid in [uid for uid in self._missing if uid not in used]:
            del self._missing[uid]

    def _index(self, old: Iterable[PodContainer], new: Iterable[PodContainer]) -> None:
        for container in old:
            for id in (container.id, container.id[:SHORT_ID_SIZE]):
                self._containers.pop(id, None)
        for container in new:
            for id in (container.id, container.id[:SHORT_ID_SIZE]):
                self._containers[id] = container

    def _want_controllers(self, pod: Pod, now_s: float) -> None:
        for uid, reference in self._chain(pod).items():
            asked_s, _ = self._controllers.get(uid, NEVER)
            if asked_s + CONTROLLER_FRESH_S <= now_s:
                self._missing.setdefault(uid, reference)

    def _chain(self, pod: Pod) -> dict[str, Reference]:
        """The pod's controllers, the nearest first, by uid; hostile ones may own each other."""
        found: dict[str, Reference] = {}
        owner = pod.owner
        while owner is not None and owner.kind in CONTROLLERS and owner.uid not in found:
            found[owner.uid] = owner
            _, controller = self._controllers.get(owner.uid, NEVER)
            owner = controller.owner if controller is not None else None
        return found

    def _tell_all(self, namespace: str) -> None:
        for pod in self._pods.values():
            if pod.namespace == namespace:
                self._tell(pod)

    def _tell_selected(self, *services: Service) -> None:
        """Of the others nothing has changed: a cluster has thousands of services."""
        for pod in self._pods.values():
            if any(_selects(service, pod) for service in services):
                self._tell(pod)

    def _tell(self, pod: Pod) -> None:
        facts = self._facts(pod)
        if self._told.get(pod.uid) != facts:
            self._told[pod.uid] = facts
            for name in pod.names:
                self._set_pod(name, facts)

    def _facts(self, pod: Pod) -> Facts:
        namespace = self._namespaces.get(pod.namespace)
        facts: Facts = {
            "name": pod.name,
            "namespace": pod.namespace,
            "ip": pod.ip or None,
            "labels": pod.labels,
            "namespace_uid": namespace.uid if namespace else None,
            "namespace_labels": namespace.labels if namespace else {},
            "services": self._services_of(pod),
        }
        facts |= dict.fromkeys(CONTROLLERS.values())
        for reference in self._chain(pod).values():
            _, controller = self._controllers.get(reference.uid, NEVER)
            facts[CONTROLLERS[reference.kind]] = {
                "name": reference.name,
                "uid": reference.uid,
                "labels": controller.labels if controller is not None else None,
            }
        return facts

    def _services_of(self, pod: Pod) -> list[dict[str, Any]]:
        """Those that select it, by name."""
        matching = [
            service
            for service in self._services.get(pod.namespace, {}).values()
            if _selects(service, pod)
        ]
        matching.sort(key=lambda service: service.name)
        return [
            {"name": service.name, "uid": service.uid, "labels": service.labels}
            for service in matching[:ITEMS_MAX]
        ]


def _selects(service: Service, pod: Pod) -> bool:
    return service.namespace == pod.namespace and service.selector.items() <= pod.labels.items()


def _changes(old: Iterable[PodContainer], new: Iterable[PodContainer]) -> list[Change]:
    """What happened to containers of a pod."""
    ran = {container.id for container in old if container.is_running}
    run = {container.id for container in new if container.is_running}
    return [
        *(Change("removed", id) for id in sorted(ran - run)),
        *(Change("started", id) for id in sorted(run - ran)),
    ]

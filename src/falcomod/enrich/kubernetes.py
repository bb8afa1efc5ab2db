# SPDX-License-Identifier: Apache-2.0
"""Pods of this node as the API server of Kubernetes tells of them, put into the state.

Three threads follow pods of this node, namespaces and services; a fourth asks for the
controllers of pods when a pod has one that is not known.  None of them is ever waited
for: where there is no server, or it refuses, the agent goes on with what container
runtimes say.
"""

from __future__ import annotations

import functools
import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar
from urllib.parse import quote

from falcomod.enrich import kubernetes_objects as objects
from falcomod.enrich.kubernetes_access import Access
from falcomod.enrich.kubernetes_api import METADATA, METADATA_LIST, Api
from falcomod.enrich.kubernetes_objects import Controller, Namespace, Pod, Reference, Service
from falcomod.enrich.kubernetes_watch import Complaints, Follower, Resource, Sink, delay_s
from falcomod.enrich.pod_containers import PodContainer
from falcomod.enrich.pods import LINGER_S, Pods
from falcomod.enrich.runtime import Change, Facts
from falcomod.errors import KubernetesUnavailable

log = logging.getLogger(__name__)

SWEEP_S = 5.0
STOP_S = 2.0  # for all threads together; a connection that is just being made takes longer

Kept = TypeVar("Kept")
Post = Callable[[Callable[[], object]], object]


class PodState(Protocol):
    """What is needed of engine.state.tables.State."""

    def set_pod(self, uid: str, facts: Facts) -> None: ...

    def remove_pod(self, uid: str) -> None: ...


class Kubernetes:
    """The pods of a node.

    *post* hands a call to the thread that owns *state*, in order.  *on_containers* is told of
    containers that start and end, on a thread of ours; it must not block.
    """

    def __init__(
        self,
        access: Access,
        node: str,
        *,
        post: Post,
        state: PodState,
        on_containers: Callable[[Sequence[Change]], object] | None = None,
        linger_s: float = LINGER_S,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._api = Api(access)
        self._post_now = post
        self._node = node
        self._on_containers = on_containers
        self._lock = threading.Lock()  # of the pods; posts are made under it, so they keep order
        self._pods = Pods(
            lambda uid, facts: self._post(functools.partial(state.set_pod, uid, facts)),
            lambda uid: self._post(functools.partial(state.remove_pod, uid)),
            linger_s=linger_s,
        )
        self._stopping = threading.Event()
        self._wait = self._stopping.wait if wait is None else wait
        self._wanted = threading.Event()  # set: there is a controller to ask for
        self._complaints = Complaints(str(access))
        self._listeners: list[queue.SimpleQueue[Change | None]] = []
        self._threads: list[threading.Thread] = []
        self._has_left_out = False
        pods = Sink(self._replace_pods, self._put_pod, self._drop_pod)
        namespaces = Sink(self._replace_namespaces, self._put_namespace, self._drop_namespace)
        services = Sink(self._replace_services, self._put_service, self._drop_service)
        self._pods_followed = self._follower(pods_of(node), pods)
        self._namespaces_followed = self._follower(NAMESPACES, namespaces)
        self._services_followed = self._follower(SERVICES, services)

    def __str__(self) -> str:
        return str(self._api)

    def start(self) -> None:
        """Begins to follow; returns at once."""
        log.info("kubernetes followed url=%s node=%s", self._api, self._node)
        runs = {
            "k8s-pods": self._pods_followed.run,
            "k8s-namespaces": self._namespaces_followed.run,
            "k8s-services": self._services_followed.run,
            "k8s-controllers": self._ask_for_controllers,
        }
        for name, run in runs.items():
            # Daemons: a server that never answers must not keep the program from its end.
            thread = threading.Thread(target=run, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Ends the threads; nothing is posted afterwards.

        A thread that is just connecting ends a few seconds later, by itself.
        """
        with self._lock:
            self._stopping.set()
        self._wanted.set()
        self._api.close()
        until_s = time.monotonic() + STOP_S
        for thread in self._threads:
            thread.join(max(0.0, until_s - time.monotonic()))
        with self._lock:
            for listener in self._listeners:
                listener.put(None)

    @property
    def is_listed(self) -> bool:
        """True once the server has said which pods there are."""
        return self._pods_followed.is_listed.is_set()

    def wait_listed(self, timeout_s: float) -> bool:
        """As is_listed, at the latest after *timeout_s*."""
        return self._pods_followed.is_listed.wait(timeout_s)

    def container_facts(self, id: str) -> Facts | None:
        """What the server knows of a container, by its whole id or 12 characters of it."""
        container = self.container(id)
        return None if container is None else dict(container.facts)

    def container(self, id: str) -> PodContainer | None:
        with self._lock:
            return self._pods.container(id)

    def running(self) -> list[PodContainer]:
        """Containers of this node that run."""
        with self._lock:
            return self._pods.running()

    def listen(self) -> queue.SimpleQueue[Change | None]:
        """A queue of what happens to containers from now on; None: nothing more does."""
        listener: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
        with self._lock:
            self._listeners.append(listener)
        if self._stopping.is_set():
            listener.put(None)
        return listener

    def forget(self, listener: queue.SimpleQueue[Change | None]) -> None:
        """Ends what listen() began."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)
        listener.put(None)

    def _post(self, call: Callable[[], object]) -> None:
        """Called under the lock, so that nothing follows stop()."""
        if not self._stopping.is_set():
            self._post_now(call)

    def _follower(self, resource: Resource[Kept], sink: Sink[Kept]) -> Follower[Kept]:
        return Follower(
            self._api, resource, sink, self._complaints, self._stopping, wait=self._wait
        )

    def _replace_pods(self, pods: list[Pod]) -> None:
        if not pods and not self.is_listed:
            log.warning("no pod is on this node; is that its name? node=%s", self._node)
        with self._lock:
            changes = self._pods.replace_pods(pods, time.monotonic())
        self._after(changes)

    def _put_pod(self, pod: Pod) -> None:
        with self._lock:
            changes = self._pods.put_pod(pod, time.monotonic())
        self._after(changes)

    def _drop_pod(self, pod: Pod) -> None:
        with self._lock:
            changes = self._pods.drop_pod(pod.uid, time.monotonic())
        self._after(changes)

    def _after(self, changes: Sequence[Change]) -> None:
        """What comes after every change of pods."""
        self._wanted.set()
        if not changes:
            return
        with self._lock:
            for listener in self._listeners:
                for change in changes:
                    listener.put(change)
        if self._on_containers is not None:
            self._on_containers(changes)

    def _replace_namespaces(self, namespaces: list[Namespace]) -> None:
        with self._lock:
            self._pods.replace_namespaces(namespaces)

    def _put_namespace(self, namespace: Namespace) -> None:
        with self._lock:
            self._pods.put_namespace(namespace)

    def _drop_namespace(self, namespace: Namespace) -> None:
        with self._lock:
            self._pods.drop_namespace(namespace.name)

    def _replace_services(self, services: list[Service]) -> None:
        with self._lock:
            self._pods.replace_services(services)

    def _put_service(self, service: Service) -> None:
        with self._lock:
            self._pods.put_service(service)

    def _drop_service(self, service: Service) -> None:
        with self._lock:
            self._pods.drop_service(service.namespace, service.uid)

    def _ask_for_controllers(self) -> None:
        """Runs on a thread of its own: a pod is told of before its controllers are known."""
        failures = 0
        while not self._stopping.is_set():
            with self._lock:
                reference = self._pods.missing_controller()
            if reference is None:
                self._rest()
                continue
            try:
                controller = self._controller(reference)
            except KubernetesUnavailable as error:
                if self._stopping.is_set():
                    return
                self._complaints.fail(reference.kind, error)
                with self._lock:
                    self._pods.postpone_controller(reference.uid)
                failures += 1
                self._wait(delay_s(failures, random.random()))
                continue
            failures = 0
            with self._lock:
                self._pods.put_controller(reference.uid, controller, time.monotonic())

    def _rest(self) -> None:
        """Waits until a pod has changed, and forgets what is long gone meanwhile."""
        self._wanted.wait(SWEEP_S)
        self._wanted.clear()
        with self._lock:
            self._pods.sweep(time.monotonic())
            left_out = self._pods.left_out
        if left_out and not self._has_left_out:
            self._has_left_out = True
            log.warning("kubernetes objects left out, there are too many count=%d", left_out)

    def _controller(self, reference: Reference) -> Controller | None:
        """What is referred to; None when there is no such object, or it may not be read."""
        path = CONTROLLER_PATHS[reference.kind].format(
            namespace=quote(reference.namespace, safe=""), name=quote(reference.name, safe="")
        )
        try:
            found = objects.controller(self._api.get(path, accept=METADATA))
        except KubernetesUnavailable as error:
            if error.status not in (403, 404):
                raise
            if error.status == 403:
                self._complaints.fail(reference.kind, error)
            return None
        self._complaints.succeed(reference.kind)
        # One of the same name that came later is not the pod's.
        return found if found is not None and found.uid == reference.uid else None


def pods_of(node: str) -> Resource[Pod]:
    """The pods of a node."""
    return Resource(
        "pods",
        "/api/v1/pods",
        objects.pod,
        query={"fieldSelector": f"spec.nodeName={node}"},
        from_cache=True,
    )


NAMESPACES = Resource(
    "namespaces",
    "/api/v1/namespaces",
    objects.namespace,
    accept_list=METADATA_LIST,
    accept=METADATA,
)
SERVICES = Resource("services", "/api/v1/services", objects.service)

CONTROLLER_PATHS = {
    "ReplicaSet": "/apis/apps/v1/namespaces/{namespace}/replicasets/{name}",
    "Deployment": "/apis/apps/v1/namespaces/{namespace}/deployments/{name}",
    "ReplicationController": "/api/v1/namespaces/{namespace}/replicationcontrollers/{name}",
}

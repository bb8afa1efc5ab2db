# SPDX-License-Identifier: Apache-2.0
"""The API server in the place of a container runtime: asked where no runtime can be.

It knows a container when kubelet has told of it, and knows less of it than a runtime
(enrich.pod_containers), so it is the last to be asked.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from falcomod.enrich.kubernetes import Kubernetes
from falcomod.enrich.pod_containers import PodContainer
from falcomod.enrich.runtime import Change, Described
from falcomod.errors import ContainerUnknown, RuntimeUnavailable

KINDS = frozenset({"kubepods", "cri-containerd", "crio", "docker"})


class KubernetesRuntime:
    """A Runtime over the pods that *kubernetes* follows; who started that stops it, too."""

    name = "kubernetes"
    kinds = KINDS

    def __init__(self, kubernetes: Kubernetes) -> None:
        self._kubernetes = kubernetes
        self._lock = threading.Lock()
        self._listeners: list[queue.SimpleQueue[Change | None]] = []
        self._is_closed = False

    @property
    def socket(self) -> str:
        """The server's URL: it has no socket."""
        return str(self._kubernetes)

    def find(self, id: str, timeout_s: float) -> Described:
        """What is known by now; nothing is asked, so it takes no time."""
        container = self._kubernetes.container(id)
        if container is not None:
            return _described(container)
        self._check()
        raise ContainerUnknown(f"{self.socket}: no container {id}")

    def list(self, timeout_s: float) -> list[Described]:
        """Containers that run; waits for the server's first answer, which comes at the start."""
        self._kubernetes.wait_listed(timeout_s)
        self._check()
        return [_described(container) for container in self._kubernetes.running()]

    def changes(self) -> Iterator[Change]:
        listener = self._kubernetes.listen()
        with self._lock:
            self._listeners.append(listener)
            if self._is_closed:
                listener.put(None)
        try:
            while (change := listener.get()) is not None:
                yield change
        finally:
            self._kubernetes.forget(listener)
            with self._lock:
                self._listeners.remove(listener)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            for listener in self._listeners:
                listener.put(None)

    def _check(self) -> None:
        if self._is_closed:
            raise RuntimeUnavailable(f"{self.socket}: closed")
        if not self._kubernetes.is_listed:
            raise RuntimeUnavailable(f"{self.socket}: has not told yet which pods there are")


def _described(container: PodContainer) -> Described:
    facts = dict(container.facts)
    is_complete = "pod_ip" in facts or bool(facts.get("host_network"))
    return Described(id=container.id, facts=facts, is_complete=is_complete)

# SPDX-License-Identifier: Apache-2.0
"""Containers and pods by the container runtime interface, whoever speaks it.

A pod is asked for once: its facts do not change as soon as it has an address.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from falcomod.enrich import cri_facts
from falcomod.enrich.cri_facts import DIGEST, Sandbox
from falcomod.enrich.deadline import Deadline
from falcomod.enrich.runtime import LABEL_MAX, Described, Facts
from falcomod.errors import ContainerUnknown, MetadataFault, RuntimeUnavailable

if TYPE_CHECKING:
    from falcomod.enrich.cri_api import CriApi

PODS_MAX = 512  # that are remembered, the latest ones


class CriLookup:
    """Describes what a runtime knows; any thread may ask."""

    def __init__(self, api: CriApi, *, type: str, label_max: int = LABEL_MAX) -> None:
        self._api = api
        self._type = type
        self._label_max = label_max
        self._lock = threading.Lock()  # protects _pods
        self._pods: OrderedDict[str, Sandbox] = OrderedDict()

    def container(self, id: str, deadline: Deadline) -> Described:
        """A container, sandboxes not.  Raises ContainerUnknown, RuntimeUnavailable."""
        answer = self._api.container(id, deadline.left_s())
        full_id = self._checked(answer.status.id, id)
        pod = self._pod(cri_facts.pod_of(answer), full_id, deadline)
        facts = cri_facts.container_facts(answer, pod, self._label_max)
        return Described(
            id=full_id,
            facts={"type": self._type} | facts,
            pid=cri_facts.pid_of(answer.info),
            is_complete=pod is not None and pod.is_complete,
        )

    def sandbox(self, id: str, deadline: Deadline) -> Described:
        """The sandbox of a pod as a container.  Raises ContainerUnknown, RuntimeUnavailable."""
        answer = self._api.sandbox(id, deadline.left_s())
        full_id = self._checked(answer.status.id, id)
        pod = cri_facts.sandbox_of(answer, self._label_max)
        self._remember(pod)
        return Described(
            id=full_id,
            facts={"type": self._type} | cri_facts.sandbox_facts(answer, pod),
            pid=cri_facts.pid_of(answer.info),
            is_complete=pod.is_complete,
        )

    def digest_of(self, facts: Facts, deadline: Deadline) -> str | None:
        """The digest in the registry of an image that is known by its id, where there is one."""
        id = facts.get("image_id")
        if id is None:
            return None
        try:
            image = self._api.image(DIGEST + id, deadline.left_s())
        except MetadataFault:
            return None
        digests = (cri_facts.digest_in(name) for name in image.repo_digests)
        return next((digest for digest in digests if digest is not None), None)

    def _pod(self, id: str | None, container: str, deadline: Deadline) -> Sandbox | None:
        """The pod of a container; None: who knows the container does not tell."""
        try:
            if id is None:
                id = self._api.pod_of(container, deadline.left_s())
            with self._lock:
                if (known := self._pods.get(id)) is not None:
                    self._pods.move_to_end(id)
                    return known
            answer = self._api.sandbox(id, deadline.left_s())
            pod = cri_facts.sandbox_of(answer, self._label_max)
        except MetadataFault:
            return None  # what the container itself tells is better than nothing
        self._remember(pod)
        return pod

    def _remember(self, pod: Sandbox) -> None:
        if not pod.is_complete or not pod.id:
            return
        with self._lock:
            self._pods[pod.id] = pod
            if len(self._pods) > PODS_MAX:
                self._pods.popitem(last=False)

    @staticmethod
    def _checked(answered: bytes, asked: str) -> str:
        """The whole id; what is about another container is no answer."""
        id = answered.decode("utf-8", "replace")
        if not id:
            raise ContainerUnknown(f"{asked}: an empty answer")
        if not id.startswith(asked):
            raise RuntimeUnavailable(f"an answer about {id[:64]}, asked about {asked}")
        return id

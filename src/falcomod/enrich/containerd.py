# SPDX-License-Identifier: Apache-2.0
"""Containers of containerd, in all its namespaces.

What runs in pods is described by the container runtime interface on the same socket; if
that does not know a container, or is not served, containerd's own object has to do, and
the answer says that it is not complete.  A sandbox is in that state while its pod is
being made.

Docker keeps its containers in the namespace "moby".  It gives them no name and no image
there, and tells of their life itself, so they are left out of list() and changes(), and
found last and incomplete, for hosts where containerd may be asked and Docker may not.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from falcomod.enrich import containerd_facts
from falcomod.enrich.answers import known, text
from falcomod.enrich.cri_lookup import CriLookup
from falcomod.enrich.deadline import Deadline
from falcomod.enrich.endings import Endings
from falcomod.enrich.grpc_channel import GrpcChannel
from falcomod.enrich.oci_spec import cgroup_of
from falcomod.enrich.runtime import LABEL_MAX, Change, Described
from falcomod.errors import ContainerUnknown, MetadataFault, RuntimeUnavailable

if TYPE_CHECKING:
    from falcomod.enrich.containerd_api import ContainerdApi
    from falcomod.enrich.proto import containerd_pb2 as pb

KINDS = frozenset(("cri-containerd", "kubepods", "containerd", "nerdctl", "buildkit", ""))

KUBERNETES = "k8s.io"
DOCKER = "moby"

PLACES_MAX = 4096  # containers whose namespace is remembered, the latest ones
LISTED_MAX = 4096  # containers of a namespace

# How long what a container is called is held back for what else there is to know: the
# interface's answer, the process, the digest.  Under load, or while something hangs, that
# can come with the next question.
DETAIL_WAIT_S = 0.25
BY_NAME_S = 0.2  # for the one question on the way of all changes

DIGESTS_MAX = 256
DIGEST_S = 60.0  # a name may come to mean another image

# Whole ids and names, and the beginning of an id.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
PART_OF_ID = re.compile(r"[0-9a-f]{12,63}")


class ContainerdRuntime:
    """containerd behind its socket; see Runtime."""

    name = "containerd"
    kinds = KINDS

    def __init__(self, socket: str, *, label_max: int = LABEL_MAX) -> None:
        """Of labels those longer than *label_max* are left out."""
        self._channel = GrpcChannel(socket)
        self._label_max = label_max
        self._lock = threading.Lock()  # protects all below
        self._apis: tuple[ContainerdApi, CriLookup] | None = None
        self._places: OrderedDict[str, str] = OrderedDict()
        self._digests: OrderedDict[tuple[str, str], tuple[float, str | None]] = OrderedDict()

    @property
    def socket(self) -> str:
        return self._channel.socket

    def find(self, id: str, timeout_s: float) -> Described:
        if not ID.fullmatch(id):
            raise ContainerUnknown(f"{id!r}: cannot be an id of containerd")
        deadline = Deadline(timeout_s)
        namespace, container = self._search(id, deadline)
        return self._described(namespace, container, deadline)

    def list(self, timeout_s: float) -> list[Described]:
        deadline = Deadline(timeout_s)
        api, _ = self._connected()
        found = []
        for namespace in api.namespaces(deadline.left_s()):
            pids = api.pids(namespace, deadline.left_s()) if namespace != DOCKER else {}
            for id, pid in islice(pids.items(), LISTED_MAX):
                try:
                    container = api.container(namespace, id, deadline.left_s())
                except ContainerUnknown:
                    continue  # it has ended meanwhile
                found.append(self._described(namespace, container, deadline, pid))
        return found

    def changes(self) -> Iterator[Change]:
        endings = Endings()
        api, _ = self._connected()
        for envelope in api.events():
            namespace = text(envelope.namespace) or ""
            change = change_of(envelope)
            if change is None or namespace == DOCKER or not ID.fullmatch(namespace):
                continue
            if change.kind == "removed":
                if not endings.is_first(change.id):
                    continue
            else:
                endings.starts(change.id)
                self._remember(change.id, namespace)
            if change.kind == "created":
                change = replace(change, told=self._by_name(namespace, change.id))
            yield change
        if not self._channel.is_closed:
            raise RuntimeUnavailable(f"{self.socket}: no more events")

    def close(self) -> None:
        self._channel.close()

    def _connected(self) -> tuple[ContainerdApi, CriLookup]:
        self._channel.check()
        with self._lock:
            if self._apis is None:
                # Messages need protobuf, which a host without containerd does not pay for.
                from falcomod.enrich.containerd_api import ContainerdApi
                from falcomod.enrich.cri_api import CriApi

                lookup = CriLookup(CriApi(self._channel), type=self.name, label_max=self._label_max)
                self._apis = ContainerdApi(self._channel), lookup
            return self._apis

    # Where a container is

    def _search(self, id: str, deadline: Deadline) -> tuple[str, pb.Container]:
        """(namespace, container) of a whole id, a name, or the beginning of an id."""
        api, _ = self._connected()
        with self._lock:
            place = self._places.get(id)
        tried = [place] if place is not None else []
        for namespace in tried:
            try:
                return namespace, api.container(namespace, id, deadline.left_s())
            except ContainerUnknown:
                pass  # it has gone, and another may have its name
        namespaces = sorted(api.namespaces(deadline.left_s()), key=_order)
        for namespace in namespaces:
            if namespace in tried:
                continue
            try:
                container = api.container(namespace, id, deadline.left_s())
            except ContainerUnknown:
                continue
            self._remember(id, namespace)
            return namespace, container
        if PART_OF_ID.fullmatch(id):
            for namespace in namespaces:
                filters = (f'id~="^{id}"',)
                for container in api.containers(namespace, deadline.left_s(), filters):
                    if text(container.id, 128) is not None:
                        return namespace, container
        raise ContainerUnknown(f"{id}: in no namespace of {self.socket}")

    def _remember(self, id: str, namespace: str) -> None:
        with self._lock:
            self._places[id] = namespace
            self._places.move_to_end(id)
            if len(self._places) > PLACES_MAX:
                self._places.popitem(last=False)

    # What it is

    def _described(
        self, namespace: str, container: pb.Container, deadline: Deadline, pid: int | None = None
    ) -> Described:
        id = text(container.id, 128)
        if id is None:
            raise RuntimeUnavailable(f"{self.socket}: a container without an id")
        spec = containerd_facts.spec_of(container)
        facts = containerd_facts.native_facts(container, spec, self._label_max)
        kind = containerd_facts.kind_of(container)
        is_complete = namespace != DOCKER and not kind
        if kind:
            try:
                told = self._by_cri(id, kind, deadline)
            except MetadataFault:
                pass  # what containerd has is better than nothing
            else:
                facts |= told.facts
                pid, is_complete = pid or told.pid, told.is_complete
        facts["type"] = "docker" if namespace == DOCKER else self.name
        if "image_digest" not in facts:
            facts |= known({"image_digest": self._digest(namespace, container, facts, deadline)})
        return Described(
            id=id,
            facts=known(facts),
            pid=pid or self._pid(namespace, id, deadline),
            cgroup=cgroup_of(spec),
            is_complete=is_complete,
        )

    def _by_name(self, namespace: str, id: str) -> Described | None:
        """What containerd itself knows of a container that was just made; None: no answer.

        One short question, asked before anybody waits for the answer: it tells name, image and
        pod, and Kubernetes' interface does not know such a container yet.
        """
        api, _ = self._connected()
        try:
            container = api.container(namespace, id, BY_NAME_S)
        except MetadataFault:
            return None
        spec = containerd_facts.spec_of(container)
        facts = containerd_facts.native_facts(container, spec, self._label_max)
        facts["type"] = self.name
        return Described(id=id, facts=known(facts), cgroup=cgroup_of(spec), is_complete=False)

    def _by_cri(self, id: str, kind: bytes, deadline: Deadline) -> Described:
        _, lookup = self._connected()
        deadline = _shortened(deadline)
        if kind == containerd_facts.KIND_SANDBOX:
            return lookup.sandbox(id, deadline)
        return lookup.container(id, deadline)

    def _pid(self, namespace: str, id: str, deadline: Deadline) -> int | None:
        api, _ = self._connected()
        try:
            return api.pid(namespace, id, _shortened(deadline).left_s())
        except MetadataFault:
            return None

    def _digest(
        self, namespace: str, container: pb.Container, facts: Mapping[str, Any], deadline: Deadline
    ) -> str | None:
        """The digest of the image's manifest; where there is none, the image id, as Falco does."""
        name = text(container.image)
        if name is None:
            return None
        key, now = (namespace, name), time.monotonic()
        with self._lock:
            at_s, digest = self._digests.get(key, (-DIGEST_S, None))
        if now - at_s >= DIGEST_S:
            api, _ = self._connected()
            try:
                digest = api.image_digest(namespace, name, _shortened(deadline).left_s())
            except MetadataFault:
                digest = None
            with self._lock:
                self._digests[key] = now, digest
                if len(self._digests) > DIGESTS_MAX:
                    self._digests.popitem(last=False)
        id = facts.get("image_id")
        return digest or (f"sha256:{id}" if id else None)


def change_of(envelope: pb.Envelope) -> Change | None:
    """What an event says of a container; None: nothing that is of interest, or not readable.

    Processes that are put into a container later end in events of their own, which carry
    an id beside the container's.
    """
    from google.protobuf.message import DecodeError

    from falcomod.enrich.containerd_api import TOPICS

    topic = text(envelope.topic)
    message = TOPICS.get(topic or "")
    if topic is None or message is None:
        return None
    try:
        event = message.FromString(envelope.event.value)
    except DecodeError:
        return None
    id = text(event.container_id if topic.startswith("/tasks/") else event.id, 128)
    if id is None or not ID.fullmatch(id):
        return None
    if topic == "/containers/create":
        return Change("created", id)
    if topic == "/tasks/start":
        return Change("started", id, event.pid or None)
    if topic.startswith("/tasks/") and text(event.id) not in (None, id):
        return None
    return Change("removed", id)


def _shortened(deadline: Deadline) -> Deadline:
    return Deadline(min(DETAIL_WAIT_S, deadline.left_s()))


def _order(namespace: str) -> int:
    """Pods first, Docker last."""
    return {KUBERNETES: 0, DOCKER: 2}.get(namespace, 1)

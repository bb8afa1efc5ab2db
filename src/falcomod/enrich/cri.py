# SPDX-License-Identifier: Apache-2.0
"""Containers of any runtime that speaks Kubernetes' container runtime interface: CRI-O.

Where the runtime tells of no events, its lists are compared every second.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from falcomod.enrich.answers import known, text
from falcomod.enrich.cri_facts import DIGEST
from falcomod.enrich.cri_lookup import CriLookup
from falcomod.enrich.deadline import Deadline
from falcomod.enrich.endings import Endings
from falcomod.enrich.grpc_channel import GrpcChannel, Refused
from falcomod.enrich.runtime import LABEL_MAX, Change, Described
from falcomod.errors import ContainerUnknown, MetadataFault, RuntimeUnavailable

if TYPE_CHECKING:
    from falcomod.enrich.cri_api import CriApi

KINDS = frozenset(("crio", "cri-containerd", "kubepods", ""))

# Runtimes whose own names are types of containers, as in Falco; others are "cri".
TYPES = frozenset(("containerd", "cri-o"))

POLL_S = 1.0
LIST_TIMEOUT_S = 5.0  # of one comparison
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class CriRuntime:
    """A runtime behind its socket; see Runtime."""

    name = "cri"
    kinds = KINDS

    def __init__(self, socket: str, *, label_max: int = LABEL_MAX) -> None:
        """Of labels those longer than *label_max* are left out."""
        self._channel = GrpcChannel(socket)
        self._label_max = label_max
        self._lock = threading.Lock()  # protects _api and _lookup
        self._api: CriApi | None = None
        self._lookup: CriLookup | None = None
        self._closing = threading.Event()

    @property
    def socket(self) -> str:
        return self._channel.socket

    def find(self, id: str, timeout_s: float) -> Described:
        if not ID.fullmatch(id):
            raise ContainerUnknown(f"{id!r}: cannot be an id")
        deadline = Deadline(timeout_s)
        return self._described(id, self._connected(deadline), deadline)

    def list(self, timeout_s: float) -> list[Described]:
        deadline = Deadline(timeout_s)
        lookup = self._connected(deadline)
        api = self._requests()
        found = []
        for rows, describe in (
            (api.containers(deadline.left_s()), self._container),
            (api.sandboxes(deadline.left_s()), self._sandbox),
        ):
            for id in (id for id, runs in rows.items() if runs):
                try:
                    found.append(describe(id, lookup, deadline))
                except ContainerUnknown:
                    continue  # it has ended meanwhile
        return found

    def changes(self) -> Iterator[Change]:
        api = self._requests()
        if (yield from self._events(api)):
            return
        yield from self._comparisons(api)

    def close(self) -> None:
        self._closing.set()
        self._channel.close()

    def _requests(self) -> CriApi:
        self._channel.check()
        with self._lock:
            if self._api is None:
                # Messages need protobuf, which a host without such a runtime does not pay for.
                from falcomod.enrich.cri_api import CriApi

                self._api = CriApi(self._channel)
            return self._api

    def _connected(self, deadline: Deadline) -> CriLookup:
        """Its type is what the runtime calls itself, which is asked once."""
        api = self._requests()
        with self._lock:
            if self._lookup is not None:
                return self._lookup
        name = api.runtime_name(deadline.left_s())
        with self._lock:
            if self._lookup is None:
                self._lookup = CriLookup(
                    api, type=name if name in TYPES else "cri", label_max=self._label_max
                )
            return self._lookup

    def _described(self, id: str, lookup: CriLookup, deadline: Deadline) -> Described:
        try:
            return self._container(id, lookup, deadline)
        except ContainerUnknown:
            return self._sandbox(id, lookup, deadline)

    def _container(self, asked: str, lookup: CriLookup, deadline: Deadline) -> Described:
        described = lookup.container(asked, deadline)
        if "image_digest" not in described.facts:
            id = described.facts.get("image_id")
            # Where no registry gave it a digest the id has to do, as in Falco.
            digest = lookup.digest_of(described.facts, deadline) or (DIGEST + id if id else None)
            described.facts.update(known({"image_digest": digest}))
        return described

    def _sandbox(self, id: str, lookup: CriLookup, deadline: Deadline) -> Described:
        return lookup.sandbox(id, deadline)

    # Changes

    def _events(self, api: CriApi) -> Generator[Change, None, bool]:
        """Events as they come; its value after the last: False, this runtime tells of none."""
        endings = Endings()
        has_told = False
        try:
            for event in api.events():
                has_told = True
                id = text(event.container_id, 128)
                kind = EVENT_KINDS.get(event.container_event_type)
                if id is None or kind is None or not ID.fullmatch(id):
                    continue
                if kind != "removed":
                    endings.starts(id)
                elif not endings.is_first(id):
                    continue
                yield Change(kind, id)
        except Refused:
            if has_told:
                raise
            return False
        if has_told and not self._channel.is_closed:
            raise RuntimeUnavailable(f"{self.socket}: no more events")
        return self._channel.is_closed

    def _comparisons(self, api: CriApi) -> Iterator[Change]:
        before = self._running(api)
        while not self._closing.wait(POLL_S):
            try:
                now = self._running(api)
            except MetadataFault:
                if self._channel.is_closed:
                    return
                raise
            yield from differences(before, now)
            before = now

    @staticmethod
    def _running(api: CriApi) -> dict[str, bool]:
        return api.containers(LIST_TIMEOUT_S) | api.sandboxes(LIST_TIMEOUT_S)


def differences(before: Mapping[str, bool], now: Mapping[str, bool]) -> Iterator[Change]:
    """What happened between two lists, {id: whether it runs}."""
    for id, runs in now.items():
        if id not in before:
            yield Change("created", id)
        if runs and not before.get(id, False):
            yield Change("started", id)
    for id, ran in before.items():
        if id not in now or (ran and not now[id]):
            yield Change("removed", id)


# By ContainerEventType; one that has stopped does not start again.
EVENT_KINDS: dict[int, Literal["created", "started", "removed"]] = {
    0: "created",
    1: "started",
    2: "removed",
    3: "removed",
}

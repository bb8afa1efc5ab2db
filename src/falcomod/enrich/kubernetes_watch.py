# SPDX-License-Identifier: Apache-2.0
"""Follows the objects of one kind: lists them, then watches what changes, for ever.

As every client of Kubernetes does it ("Efficient detection of changes", Kubernetes API
concepts): a list says at which version it was true, a watch goes on from there, and a
server that has forgotten the version (410) is asked for a list again.  While nothing
can be had, what was known stays.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from falcomod.enrich.kubernetes_api import JSON, Api, Object
from falcomod.enrich.kubernetes_json import member, text
from falcomod.errors import KubernetesUnavailable

log = logging.getLogger(__name__)

Kept = TypeVar("Kept")

PAGE = 200  # objects of a list at a time
PAGES_MAX = 1000
WATCH_S = 300  # to 600: then a watch is begun anew, so that servers share the load
SHORT_WATCH_S = 1.0  # a watch that ends sooner without an event is a failure
FIRST_DELAY_S = 0.5
LAST_DELAY_S = 60.0
RELIST_AFTER = 5  # failures in a row; what is known by then may be wrong

GONE = 410


@dataclass(frozen=True, slots=True)
class Resource(Generic[Kept]):
    """What is asked for, and what is kept of it."""

    name: str  # for messages: "pods"
    path: str
    keep: Callable[[Object], Kept | None]
    query: dict[str, str] = field(default_factory=dict)
    # True: lists come from the server's memory, where pods are sorted by node; otherwise it
    # reads all pods of the cluster from etcd to find those of a node.  Then a list has no pages.
    from_cache: bool = False
    accept_list: str = JSON
    accept: str = JSON


@dataclass(frozen=True, slots=True)
class Sink(Generic[Kept]):
    """Where objects go to."""

    replace: Callable[[list[Kept]], None]  # these are all there are
    put: Callable[[Kept], None]  # this one is new, or has changed
    drop: Callable[[Kept], None]  # this one is gone


class Complaints:
    """Says once what keeps Kubernetes from being asked, until that is over."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._suffering: dict[str, set[str]] = {}  # by cause: who

    def fail(self, who: str, error: KubernetesUnavailable) -> None:
        with self._lock:
            self._end(who, but=error.cause)
            is_new = error.cause not in self._suffering
            self._suffering.setdefault(error.cause, set()).add(who)
        level = logging.WARNING if is_new else logging.DEBUG
        remedy = REMEDIES.get(error.status, "")
        log.log(level, "kubernetes unavailable url=%s reason=%s%s", self._url, error, remedy)

    def succeed(self, who: str) -> None:
        with self._lock:
            failed = self._end(who)
            is_over = failed and not self._suffering
        if is_over:
            log.info("kubernetes available again url=%s", self._url)

    def _end(self, who: str, *, but: str = "") -> bool:
        """True: it suffered from something (else)."""
        causes = [c for c, names in self._suffering.items() if who in names and c != but]
        for cause in causes:
            self._suffering[cause].discard(who)
            if not self._suffering[cause]:
                del self._suffering[cause]
        return bool(causes)


class Follower(Generic[Kept]):
    """Keeps a sink as the server is; run() is for a thread of its own."""

    def __init__(
        self,
        api: Api,
        resource: Resource[Kept],
        sink: Sink[Kept],
        complaints: Complaints,
        stopping: threading.Event,
        *,
        wait: Callable[[float], object] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._api = api
        self._resource = resource
        self._sink = sink
        self._complaints = complaints
        self._stopping = stopping
        self._wait = stopping.wait if wait is None else wait
        self._chance = chance
        self._version: str | None = None  # None: a list is needed
        self._from_cache = resource.from_cache
        self._failures = 0  # in a row
        self.is_listed = threading.Event()

    def run(self) -> None:
        """Until *stopping* is set and the API is closed."""
        while not self._stopping.is_set():
            try:
                if self._version is None:
                    self._list()
                self._watch(self._version)
            except KubernetesUnavailable as error:
                if self._stopping.is_set():
                    return
                self._fail(error)

    def _list(self) -> None:
        query = {**self._resource.query, "limit": str(PAGE)}
        if self._from_cache:
            query["resourceVersion"] = "0"
        kept: list[Kept] = []
        for _ in range(PAGES_MAX):
            page = self._api.get(self._resource.path, query, accept=self._resource.accept_list)
            items = page.get("items")
            for item in items if isinstance(items, list) else ():
                object = self._resource.keep(item)
                if object is not None:
                    kept.append(object)
            metadata = member(page, "metadata")
            rest = text(metadata.get("continue"))
            if not rest:
                break
            query = {**self._resource.query, "limit": str(PAGE), "continue": rest}
        version = text(metadata.get("resourceVersion"))
        if not version:
            raise KubernetesUnavailable(
                f"{self._resource.path}: the answer is no list", cause="no list"
            )
        self._version = version
        self._from_cache = self._resource.from_cache
        self._sink.replace(kept)
        self.is_listed.set()

    def _watch(self, version: str | None) -> None:
        timeout_s = int(WATCH_S * (1 + self._chance()))
        query = {
            **self._resource.query,
            "resourceVersion": version or "",
            "allowWatchBookmarks": "true",
        }
        began_s = time.monotonic()
        is_good = False
        events = self._api.watch(
            self._resource.path, query, timeout_s=timeout_s, accept=self._resource.accept
        )
        for event in events:
            self._take(event)
            if not is_good:
                is_good = True
                self._succeed()
        if not is_good and time.monotonic() - began_s < SHORT_WATCH_S:
            raise KubernetesUnavailable(
                f"{self._resource.path}: a watch ended at once", cause="short watch"
            )
        self._succeed()

    def _take(self, event: Object) -> None:
        kind = event.get("type")
        object = event.get("object")
        if kind == "ERROR":
            code = member(event, "object").get("code")
            status = code if isinstance(code, int) else 0
            said = text(member(event, "object").get("message"))[:200]
            raise KubernetesUnavailable(f"{self._resource.path}: {said!r}", status=status)
        version = text(member(object, "metadata").get("resourceVersion"))
        if not isinstance(object, dict) or not version:
            raise KubernetesUnavailable(
                f"{self._resource.path}: an event without an object", cause="no event"
            )
        kept = self._resource.keep(object) if kind != "BOOKMARK" else None
        if kept is not None and kind == "DELETED":
            self._sink.drop(kept)
        elif kept is not None:
            self._sink.put(kept)
        self._version = version

    def _succeed(self) -> None:
        self._failures = 0
        self._complaints.succeed(self._resource.name)

    def _fail(self, error: KubernetesUnavailable) -> None:
        """Waits, longer each time; clients that failed together do not come back together."""
        self._failures += 1
        if error.status == GONE:
            # What a server has in its memory may be as old as that.
            self._version = None
            self._from_cache = False
            log.debug("list needed again resource=%s", self._resource.name)
        else:
            self._complaints.fail(self._resource.name, error)
            if self._failures % RELIST_AFTER == 0:
                self._version = None
        self._wait(delay_s(self._failures, self._chance()))


def delay_s(failures: int, chance: float) -> float:
    """Seconds to wait after so many failures in a row; *chance* is from 0 to 1."""
    longest = min(LAST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures - 1, 16))
    return longest * (0.5 + chance / 2)


REMEDIES = {
    401: "; are token, certificate or kubeconfig file still good?",
    403: "; what falcomod may need to read is in docs/kubernetes-rbac.yaml",
}

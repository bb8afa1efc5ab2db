# SPDX-License-Identifier: Apache-2.0
"""Docker, and podman by its Docker-compatible socket.

The talking is in docker_client, which is imported when a socket is there; what answers mean
is in docker_facts.  A container is asked for with its image, whose digest the container does
not say, and with the container whose network or pod it is in.

dockerd answers about a container only when it is not busy with it: 0.4 s and more while one
starts or ends.  What the list says is there at once, so that is taken for one of which
nothing else is known.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from falcomod.enrich import docker_facts
from falcomod.enrich.answers import at, items, mapping, text
from falcomod.enrich.docker_facts import Answer
from falcomod.enrich.runtime import LABEL_MAX, SHORT_ID_SIZE, Change, Described
from falcomod.errors import ContainerUnknown, RuntimeUnavailable

if TYPE_CHECKING:
    from falcomod.enrich.docker_client import Connection

T = TypeVar("T")

# Ids and names; nothing else may become part of an address (moby daemon/names/names.go).
ASKED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")
FULL_ID = re.compile(r"[0-9a-f]{64}")
PART_OF_ID = re.compile(rf"[0-9a-f]{{{SHORT_ID_SIZE},64}}")

PATIENCE_S = 0.1  # for the answer about a container, before what the list says is taken
TOLD_MAX = 1024  # containers remembered as described
TOLD_AGE_S = 60.0
CONTAINERS_MAX = 10_000  # that one list is read of
IMAGES_MAX = 64  # remembered
IMAGE_AGE_S = 60.0  # an image may be pushed, and then has a digest
EVENTS_TIMEOUT_S = 5.0  # until the stream of events begins
EVENT_MAX = 2**20  # bytes of one event


class DockerRuntime:
    """A Docker daemon, or podman's service, behind a socket; see enrich.runtime.Runtime."""

    def __init__(
        self,
        socket: str,
        name: Literal["docker", "podman"] = "docker",
        *,
        label_max: int = LABEL_MAX,
    ) -> None:
        """*name* is container.type, too; of labels those longer than *label_max* are left out."""
        self._socket = socket
        self._name = name
        self._label_max = label_max
        self._images: _Recent[Answer] = _Recent(IMAGES_MAX, IMAGE_AGE_S)
        self._told: _Recent[bool] = _Recent(TOLD_MAX, TOLD_AGE_S)
        self._lock = threading.Lock()  # of all below
        self._is_closed = False
        self._connection: Connection | None = None
        self._driver: str | None = None  # of control groups, as _connection said
        # All that somebody may be waiting on.
        self._open: weakref.WeakSet[Connection] = weakref.WeakSet()

    @property
    def name(self) -> str:
        return self._name

    @property
    def socket(self) -> str:
        return self._socket

    @property
    def kinds(self) -> frozenset[str]:
        return KINDS[self._name]

    def find(self, id: str, timeout_s: float) -> Described:
        """What it knows of a container, by its id, the first 12 digits of it, or its name."""
        if not ASKED.fullmatch(id):
            raise ContainerUnknown(f"{self._socket}: {id!r} cannot be a container of {self._name}")
        deadline = time.monotonic() + timeout_s
        with self._asking(deadline) as connection:
            is_row_enough = PART_OF_ID.fullmatch(id) is not None and not self._told.get(id)
            try:
                answer = self._container(
                    connection, id, self._patience(deadline) if is_row_enough else deadline
                )
            except RuntimeUnavailable:
                row = self._row(connection, id, deadline) if is_row_enough else {}
                if not row:
                    raise
                return self._described_by_row(row)
            return self._described(connection, answer, deadline)

    def list(self, timeout_s: float) -> list[Described]:
        """All that run or are paused.

        When the time is over, or one cannot be asked for, of the rest there is what the list says.
        """
        deadline = time.monotonic() + timeout_s
        with self._asking(deadline) as connection:
            rows = connection.containers(deadline)
            if not isinstance(rows, list):
                raise self._wrong("the list of containers is none")
            found = (
                self._listed(connection, mapping(row), deadline) for row in rows[:CONTAINERS_MAX]
            )
            return [each for each in found if each is not None]

    def changes(self) -> Iterator[Change]:
        """What happens from this call on.

        A container that stops is "removed", as its address and its first process are gone; when
        it is started again that is told, too. One with a new name is "started", so that it is
        asked for anew.
        """
        try:
            connection = self._connected()
            pieces = connection.events(time.monotonic() + EVENTS_TIMEOUT_S)
        except RuntimeUnavailable:
            if self._is_closed:
                return iter(())
            raise
        return self._read(pieces)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._connection = None
            connections = list(self._open)
        for connection in connections:
            connection.close()

    # Connections

    def _connected(self, deadline: float | None = None) -> Connection:
        """A new connection, which close() ends."""
        try:
            os.stat(self._socket)
        except OSError as error:
            raise RuntimeUnavailable(f"{self._socket}: {error.strerror}") from error
        from falcomod.enrich.docker_client import Connection

        connection = Connection(self._socket)
        with self._lock:
            if self._is_closed:
                raise RuntimeUnavailable(f"{self._socket}: closed")
            self._open.add(connection)
        connection.open(time.monotonic() + EVENTS_TIMEOUT_S if deadline is None else deadline)
        return connection

    @contextmanager
    def _asking(self, deadline: float) -> Iterator[Connection]:
        """The connection that questions share; after a failure the next has a new one.

        It may be a newer daemon that answers then, with other versions of the API.
        """
        with self._lock:
            connection = self._connection
        if connection is None:
            connection = self._connected(deadline)
            driver = self._control_group_driver(connection, deadline)
            with self._lock:
                self._connection, self._driver = connection, driver
        try:
            yield connection
        except RuntimeUnavailable:
            with self._lock:
                if self._connection is connection:
                    self._connection = None
            connection.retire()
            raise

    def _control_group_driver(self, connection: Connection, deadline: float) -> str | None:
        if self._name != "docker":
            return None  # podman's paths are of another shape, and it tells none
        return text(mapping(connection.info(deadline)).get("CgroupDriver"))

    # Containers

    def _container(self, connection: Connection, id: str, deadline: float) -> Answer:
        """The answer about a container; another's is none: a name may look like an id."""
        answer = mapping(connection.container(id, deadline))
        full_id = text(answer.get("Id")) or ""
        if not FULL_ID.fullmatch(full_id):
            raise self._wrong("a container without an id")
        name = (text(answer.get("Name")) or "").removeprefix("/")
        if not full_id.startswith(id) and (PART_OF_ID.fullmatch(id) or name != id):
            raise ContainerUnknown(f"{self._socket}: {id} is none, but the name of {full_id}")
        return answer

    def _described(self, connection: Connection, answer: Answer, deadline: float) -> Described:
        facts = docker_facts.container_facts(answer, kind=self._name, label_max=self._label_max)
        # One that is being started has neither an address nor a process yet.
        is_complete = at(answer, "State", "Status") != "created"
        try:
            docker_facts.add_image(
                facts, self._image(connection, text(answer.get("Image")), deadline)
            )
            if (other := docker_facts.sandbox_of(answer)) and ASKED.fullmatch(other):
                sandbox = self._container(connection, other, deadline)
                docker_facts.add_sandbox(facts, sandbox, label_max=self._label_max)
        except ContainerUnknown:
            pass  # the other container is gone
        except RuntimeUnavailable:
            is_complete = False
        for id in (facts["full_id"], facts["full_id"][:SHORT_ID_SIZE]):
            self._told.put(id, True)
        return Described(
            id=facts["full_id"],
            facts=facts,
            pid=docker_facts.pid_of(answer),
            cgroup=docker_facts.control_group(answer, self._driver),
            is_complete=is_complete,
        )

    def _row(self, connection: Connection, id: str, deadline: float) -> Answer:
        """What the list says of a container; empty: nothing, or it is not answered either."""
        try:
            rows = items(connection.containers(deadline, id))
        except RuntimeUnavailable:
            return {}
        for row in map(mapping, rows):
            full_id = text(row.get("Id")) or ""
            if full_id.startswith(id) and FULL_ID.fullmatch(full_id):
                return row
        return {}

    def _described_by_row(self, row: Answer) -> Described:
        facts = docker_facts.row_facts(row, kind=self._name, label_max=self._label_max)
        return Described(id=facts["full_id"], facts=facts, is_complete=False)

    def _listed(self, connection: Connection, row: Answer, deadline: float) -> Described | None:
        """One row of the list, asked for; None: it is none, or the container is gone."""
        id = text(row.get("Id")) or ""
        if not FULL_ID.fullmatch(id):
            return None
        try:
            answer = self._container(connection, id, self._patience(deadline))
        except ContainerUnknown:
            return None
        except RuntimeUnavailable:
            return self._described_by_row(row)
        return self._described(connection, answer, deadline)

    @staticmethod
    def _patience(deadline: float) -> float:
        return min(deadline, time.monotonic() + PATIENCE_S)

    def _image(self, connection: Connection, id: str | None, deadline: float) -> Answer:
        """Names of an image; none where it is gone, which containers may outlive."""
        if id is None or not ASKED.fullmatch(id.removeprefix("sha256:")):
            return {}
        known = self._images.get(id)
        if known is None:
            try:
                answer = mapping(connection.image(id, deadline))
            except ContainerUnknown:
                answer = {}
            known = {key: items(answer.get(key)) for key in ("RepoTags", "RepoDigests")}
            self._images.put(id, known)
        return known

    # Events

    def _read(self, pieces: Iterable[bytes]) -> Iterator[Change]:
        waiting = bytearray()
        for piece in pieces:
            waiting += piece
            if len(waiting) > EVENT_MAX:
                raise self._wrong("an event without an end")
            if b"\n" in piece:
                *lines, waiting = waiting.split(b"\n")
                for line in lines:
                    change = self._change(bytes(line))
                    if change is not None:
                        yield change
        if not self._is_closed:
            raise RuntimeUnavailable(f"{self._socket}: the stream of events ended")

    def _change(self, line: bytes) -> Change | None:
        """What an event tells; None: nothing that matters here."""
        if not line.strip():
            return None
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise self._wrong("an event that cannot be read") from error
        event = mapping(event)
        id = text(at(event, "Actor", "ID")) or text(event.get("id")) or ""
        kind = ACTIONS.get(text(event.get("Action")) or text(event.get("status")) or "")
        if event.get("Type", "container") != "container" or kind is None:
            return None
        if not FULL_ID.fullmatch(id):
            return None
        if kind != "created":
            return Change(kind, id)
        return Change(kind, id, told=self._by_event(id, mapping(at(event, "Actor", "Attributes"))))

    def _by_event(self, id: str, attributes: Answer) -> Described:
        """What an event says of its container: name, image, and labels beside those two.

        A daemon that is busy starting a container answers no questions about it.
        """
        row = {
            "Id": id,
            "Names": [attributes.get("name")],
            "Image": attributes.get("image"),
            "Labels": {key: attributes[key] for key in attributes if key not in ("name", "image")},
        }
        facts = docker_facts.row_facts(row, kind=self._name, label_max=self._label_max)
        return Described(id=id, facts=facts, is_complete=False)

    def _wrong(self, what: str) -> RuntimeUnavailable:
        return RuntimeUnavailable(f"{self._socket}: wrong answer: {what}")


class _Recent(Generic[T]):
    """What was kept last, for a while; by several threads."""

    def __init__(self, limit: int, age_s: float) -> None:
        self._limit = limit
        self._age_s = age_s
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def get(self, key: str) -> T | None:
        with self._lock:
            kept = self._kept.get(key)
        return kept[1] if kept is not None and time.monotonic() < kept[0] else None

    def put(self, key: str, value: T) -> None:
        with self._lock:
            self._kept[key] = (time.monotonic() + self._age_s, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)


# Kinds of control groups; below Kubernetes' own a container of dockershim has a bare id.
KINDS: dict[str, frozenset[str]] = {
    "docker": frozenset(("docker", "kubepods", "ecs", "")),
    "podman": frozenset(("libpod", "")),
}

# Docker's words, and podman's where it has others.
ACTIONS: dict[str, Literal["created", "started", "removed"]] = {
    "create": "created",
    "start": "started",
    "rename": "started",
    "die": "removed",
    "died": "removed",
    "destroy": "removed",
    "remove": "removed",
}

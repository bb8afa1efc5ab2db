# SPDX-License-Identifier: Apache-2.0
"""Requests of containerd's own API, as far as they are used.

Imported when containerd's socket is there, because the messages need protobuf.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from falcomod.enrich.answers import text
from falcomod.enrich.grpc_channel import GrpcChannel, Metadata
from falcomod.enrich.proto import containerd_pb2 as pb
from falcomod.enrich.runtime import ITEMS_MAX

CONTAINERS = "/containerd.services.containers.v1.Containers"
EVENTS = "/containerd.services.events.v1.Events"
IMAGES = "/containerd.services.images.v1.Images"
NAMESPACES = "/containerd.services.namespaces.v1.Namespaces"
TASKS = "/containerd.services.tasks.v1.Tasks"

# Names of namespaces and containers (containerd, pkg/identifiers/validate.go).
IDENTIFIER = re.compile(r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*")

RUNNING = frozenset((pb.CREATED, pb.RUNNING, pb.PAUSED, pb.PAUSING))

# Topics that are told of, and the message that lies in each.
TOPICS: dict[str, Any] = {
    "/containers/create": pb.ContainerCreate,
    "/containers/delete": pb.ContainerDelete,
    "/tasks/start": pb.TaskStart,
    "/tasks/exit": pb.TaskExit,
    "/tasks/delete": pb.TaskDelete,
}


class ContainerdApi:
    """containerd behind a channel; all errors are the channel's."""

    def __init__(self, channel: GrpcChannel) -> None:
        self._channel = channel

    def namespaces(self, timeout_s: float) -> list[str]:
        """The names of all namespaces, as far as they can be names (IDENTIFIER)."""
        answer = self._channel.ask(
            f"{NAMESPACES}/List",
            pb.ListNamespacesRequest(),
            pb.ListNamespacesResponse.FromString,
            timeout_s,
        )
        names = (entry.name for entry in answer.namespaces[:ITEMS_MAX])
        return [name for name in names if IDENTIFIER.fullmatch(name)]

    def container(self, namespace: str, id: str, timeout_s: float) -> pb.Container:
        """One container; ContainerUnknown: that namespace does not have it."""
        answer = self._channel.ask(
            f"{CONTAINERS}/Get",
            pb.GetContainerRequest(id=id),
            pb.GetContainerResponse.FromString,
            timeout_s,
            _within(namespace),
        )
        return answer.container

    def containers(
        self, namespace: str, timeout_s: float, filters: tuple[str, ...] = ()
    ) -> Iterator[pb.Container]:
        """All containers of a namespace, or those of a filter.

        As a stream: in one message a few hundred would be more than a server sends.
        """
        answers = self._channel.stream(
            f"{CONTAINERS}/ListStream",
            pb.ListContainersRequest(filters=filters),
            pb.ListContainerMessage.FromString,
            timeout_s,
            _within(namespace),
        )
        return (answer.container for answer in answers)

    def pid(self, namespace: str, id: str, timeout_s: float) -> int | None:
        """The first process of a container; ContainerUnknown: it has no task."""
        answer = self._channel.ask(
            f"{TASKS}/Get",
            pb.GetTaskRequest(container_id=id),
            pb.GetTaskResponse.FromString,
            timeout_s,
            _within(namespace),
        )
        return answer.process.pid or None if answer.process.status in RUNNING else None

    def pids(self, namespace: str, timeout_s: float) -> dict[str, int]:
        """The first processes of all containers of a namespace that run, by the ids."""
        answer = self._channel.ask(
            f"{TASKS}/List",
            pb.ListTasksRequest(),
            pb.ListTasksResponse.FromString,
            timeout_s,
            _within(namespace),
        )
        running = ((text(task.id), task) for task in answer.tasks if task.status in RUNNING)
        return {id: task.pid for id, task in running if id is not None}

    def image_digest(self, namespace: str, name: str, timeout_s: float) -> str | None:
        """The digest of an image's manifest; ContainerUnknown: there is no such image."""
        answer = self._channel.ask(
            f"{IMAGES}/Get",
            pb.GetImageRequest(name=name),
            pb.GetImageResponse.FromString,
            timeout_s,
            _within(namespace),
        )
        return text(answer.image.target.digest)

    def events(self) -> Iterator[pb.Envelope]:
        """Events of TOPICS in every namespace, from now on."""
        filters = [f'topic=="{topic}"' for topic in TOPICS]
        return self._channel.stream(
            f"{EVENTS}/Subscribe", pb.SubscribeRequest(filters=filters), pb.Envelope.FromString
        )


def _within(namespace: str) -> Metadata:
    """The header by which containerd is told the namespace (pkg/namespaces/grpc.go)."""
    return (("containerd-namespace", namespace),)

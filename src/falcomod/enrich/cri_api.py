# SPDX-License-Identifier: Apache-2.0
"""Requests of Kubernetes' container runtime interface, as far as they are used.

Imported when a runtime's socket is there, because the messages need protobuf.
"""

from __future__ import annotations

from collections.abc import Iterator

from falcomod.enrich.answers import text
from falcomod.enrich.grpc_channel import GrpcChannel
from falcomod.enrich.proto import cri_pb2 as pb
from falcomod.errors import ContainerUnknown

RUNTIME = "/runtime.v1.RuntimeService"
IMAGES = "/runtime.v1.ImageService"


class CriApi:
    """A runtime behind a channel; all errors are the channel's."""

    def __init__(self, channel: GrpcChannel) -> None:
        self._channel = channel

    def runtime_name(self, timeout_s: float) -> str | None:
        """What the runtime calls itself: "containerd", "cri-o"."""
        answer = self._channel.ask(
            f"{RUNTIME}/Version", pb.VersionRequest(), pb.VersionResponse.FromString, timeout_s
        )
        return text(answer.runtime_name)

    def container(self, id: str, timeout_s: float) -> pb.ContainerStatusResponse:
        """A container with all details; ContainerUnknown: there is none, or it is a sandbox."""
        return self._channel.ask(
            f"{RUNTIME}/ContainerStatus",
            pb.ContainerStatusRequest(container_id=id, verbose=True),
            pb.ContainerStatusResponse.FromString,
            timeout_s,
        )

    def sandbox(self, id: str, timeout_s: float) -> pb.PodSandboxStatusResponse:
        """A pod with all details; ContainerUnknown: there is none."""
        return self._channel.ask(
            f"{RUNTIME}/PodSandboxStatus",
            pb.PodSandboxStatusRequest(pod_sandbox_id=id, verbose=True),
            pb.PodSandboxStatusResponse.FromString,
            timeout_s,
        )

    def pod_of(self, id: str, timeout_s: float) -> str:
        """The id of a container's sandbox, for runtimes whose details do not tell it."""
        answer = self._channel.ask(
            f"{RUNTIME}/ListContainers",
            pb.ListContainersRequest(filter=pb.ContainerFilter(id=id)),
            pb.ListContainersResponse.FromString,
            timeout_s,
        )
        found = [text(row.pod_sandbox_id) for row in answer.containers if row.id == id.encode()]
        if not found or found[0] is None:
            raise ContainerUnknown(f"{id}: no sandbox")
        return found[0]

    def containers(self, timeout_s: float) -> dict[str, bool]:
        """All containers, sandboxes not: whether they run, by their ids."""
        answer = self._channel.ask(
            f"{RUNTIME}/ListContainers",
            pb.ListContainersRequest(),
            pb.ListContainersResponse.FromString,
            timeout_s,
        )
        rows = ((text(row.id), row.state == pb.CONTAINER_RUNNING) for row in answer.containers)
        return {id: runs for id, runs in rows if id is not None}

    def sandboxes(self, timeout_s: float) -> dict[str, bool]:
        """All pods: whether they run, by the ids of their sandboxes."""
        answer = self._channel.ask(
            f"{RUNTIME}/ListPodSandbox",
            pb.ListPodSandboxRequest(),
            pb.ListPodSandboxResponse.FromString,
            timeout_s,
        )
        rows = ((text(row.id), row.state == pb.SANDBOX_READY) for row in answer.items)
        return {id: runs for id, runs in rows if id is not None}

    def image(self, reference: str, timeout_s: float) -> pb.Image:
        """An image by its name or id; an empty one: there is none."""
        answer = self._channel.ask(
            f"{IMAGES}/ImageStatus",
            pb.ImageStatusRequest(image=pb.ImageSpec(image=reference.encode())),
            pb.ImageStatusResponse.FromString,
            timeout_s,
        )
        return answer.image

    def events(self) -> Iterator[pb.ContainerEventResponse]:
        """Events of all containers and sandboxes from now on.

        MethodMissing: containerd before 1.7.  One that is configured without events ends at
        once, or says so in words of its own.
        """
        return self._channel.stream(
            f"{RUNTIME}/GetContainerEvents",
            pb.GetEventsRequest(),
            pb.ContainerEventResponse.FromString,
        )

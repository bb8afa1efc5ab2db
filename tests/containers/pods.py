# SPDX-License-Identifier: Apache-2.0
"""Pods and their containers, as the kubelet asks for them over the container runtime interface."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass, field
from typing import Any

import grpc

from tests.containers.calls import Calls, pb, words
from tests.containers.crowd import crowd
from tests.containers.groups import remove_groups
from tests.containers.images import BUSYBOX

RUNTIME = "/runtime.v1.RuntimeService"


@dataclass
class Pod:
    """A pod that runs."""

    id: str
    name: str
    namespace: str
    uid: str
    config: Any  # as it was asked for
    containers: list[str] = field(default_factory=list)


class Pods:
    """Makes pods, and removes those that are left at the end."""

    def __init__(self, socket: str) -> None:
        self._call = Calls(socket)
        self._pods: dict[str, Pod] = {}

    def run(
        self,
        name: str = "pod",
        *,
        namespace: str = "default",
        labels: dict[str, str] | None = None,
        annotations: dict[str, str] | None = None,
        host_network: bool = True,
        host_pid: bool = False,
        privileged: bool = False,
        ports: tuple[tuple[int, int, str], ...] = (),  # inside, on the host, its address
    ) -> Pod:
        """A sandbox that is ready; one with a network of its own takes over a second."""
        uid = str(uuid.uuid4())
        config = pb.PodSandboxConfig(
            metadata=pb.PodSandboxMetadata(name=name, uid=uid, namespace=namespace),
            # Only a pod of the host's network may be without, and must be: it has the host's.
            hostname="" if host_network else name,
            port_mappings=[
                pb.PortMapping(container_port=inner, host_port=outer, host_ip=address)
                for inner, outer, address in ports
            ],
            labels={
                "io.kubernetes.pod.name": name,
                "io.kubernetes.pod.namespace": namespace,
                "io.kubernetes.pod.uid": uid,
            }
            | (labels or {}),
            annotations=annotations or {},
        )
        config.linux.cgroup_parent = f"/kubepods/besteffort/pod{uid}"
        options = config.linux.security_context.namespace_options
        options.network = pb.NODE if host_network else pb.POD
        options.pid = pb.NODE if host_pid else pb.CONTAINER
        config.linux.security_context.privileged = privileged
        request = pb.RunPodSandboxRequest(config=config)
        answer = self._call(f"{RUNTIME}/RunPodSandbox", request, pb.RunPodSandboxResponse)
        pod = Pod(answer.pod_sandbox_id, name, namespace, uid, config)
        self._pods[pod.id] = pod
        return pod

    def create(
        self,
        pod: Pod,
        name: str,
        command: tuple[str, ...] = ("sleep", "1000"),
        *,
        image: str = BUSYBOX,
        env: dict[str, str] | None = None,
        labels: dict[str, str] | None = None,
        annotations: dict[str, str] | None = None,
        mounts: tuple[
            tuple[str, str, bool, int], ...
        ] = (),  # source, inside, read-only, propagation
        privileged: bool = False,
    ) -> str:
        """A container that does not run yet; returns its id."""
        config = pb.ContainerConfig(
            metadata=pb.ContainerMetadata(name=name),
            image=pb.ImageSpec(image=image),
            command=words(command),
            envs=[pb.KeyValue(key=key, value=value) for key, value in (env or {}).items()],
            mounts=[
                pb.Mount(host_path=source, container_path=inside, readonly=ro, propagation=way)
                for source, inside, ro, way in mounts
            ],
            labels={
                "io.kubernetes.container.name": name,
                "io.kubernetes.pod.name": pod.name,
                "io.kubernetes.pod.namespace": pod.namespace,
                "io.kubernetes.pod.uid": pod.uid,
            }
            | (labels or {}),
            annotations=annotations or {},
        )
        config.linux.security_context.privileged = privileged
        config.linux.security_context.namespace_options.CopyFrom(
            pod.config.linux.security_context.namespace_options
        )
        request = pb.CreatePodContainerRequest(
            pod_sandbox_id=pod.id, config=config, sandbox_config=pod.config
        )
        answer = self._call(f"{RUNTIME}/CreateContainer", request, pb.CreatePodContainerResponse)
        pod.containers.append(answer.container_id)
        return str(answer.container_id)

    def start(self, id: str) -> None:
        self._call(f"{RUNTIME}/StartContainer", pb.ContainerRequest(container_id=id), pb.Empty)

    def run_container(self, pod: Pod, name: str, *command: str, **asked: Any) -> str:
        """A container that runs; returns its id."""
        id = self.create(pod, name, command or ("sleep", "1000"), **asked)
        self.start(id)
        return id

    def remove_container(self, id: str) -> None:
        """Kills a container and deletes it."""
        request = pb.ContainerRequest(container_id=id, timeout=0)
        self._call(f"{RUNTIME}/StopContainer", request, pb.Empty)
        self._call(f"{RUNTIME}/RemoveContainer", request, pb.Empty)

    def remove(self, pod: Pod) -> None:
        """Kills a pod with its containers and deletes it."""
        request = pb.PodSandboxRequest(pod_sandbox_id=pod.id)
        self._call(f"{RUNTIME}/StopPodSandbox", request, pb.Empty)
        self._call(f"{RUNTIME}/RemovePodSandbox", request, pb.Empty)
        remove_groups(pod.config.linux.cgroup_parent)
        del self._pods[pod.id]

    def close(self) -> None:
        crowd(self._remove_quietly, list(self._pods.values()))
        self._call.close()

    def _remove_quietly(self, pod: Pod) -> None:
        with contextlib.suppress(grpc.RpcError):
            self.remove(pod)

# SPDX-License-Identifier: Apache-2.0
"""Containers by containerd's own API, as `ctr run` makes them, without a process for each.

The specification is taken from a container that ctr has made, so that it fits the
machine, whose rights tests do not know.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

import grpc

from falcomod.enrich.proto import containerd_pb2
from tests.containers.calls import Calls, pb, words
from tests.containers.crowd import crowd
from tests.containers.fix_containerd import Containerd
from tests.containers.images import BUSYBOX

CONTAINERS = "/containerd.services.containers.v1.Containers"
SNAPSHOTS = "/containerd.services.snapshots.v1.Snapshots"
TASKS = "/containerd.services.tasks.v1.Tasks"
SNAPSHOTTER = "overlayfs"
RUNC = "io.containerd.runc.v2"
SPEC_TYPE = "types.containerd.io/opencontainers/runtime-spec/1/Spec"
SIGKILL = 9


class Native:
    """Makes containers in one namespace of containerd, and removes those that are left."""

    def __init__(self, daemon: Containerd, namespace: str = "default") -> None:
        self.namespace = namespace
        self._layer = daemon.images[BUSYBOX].layer_digest
        self._calls = Calls(daemon.socket)
        self._made: list[str] = []
        daemon.ctr("-n", namespace, "container", "create", BUSYBOX, "template", "/bin/true")
        request = pb.DeleteContainerRequest(id="template")
        template = self._call(CONTAINERS, "Get", request, containerd_pb2.GetContainerResponse)
        self._spec: dict[str, Any] = json.loads(template.container.spec.value)
        self._call(CONTAINERS, "Delete", request, pb.Empty)

    def create(self, id: str, *command: str, labels: dict[str, str] | None = None) -> None:
        """A container with a task whose process waits to be started."""
        spec = json.loads(json.dumps(self._spec))
        spec["process"]["args"] = words(command or ("sleep", "1000"))
        spec["linux"]["cgroupsPath"] = f"/{self.namespace}/{id}"
        container = pb.Container(
            id=id,
            labels=labels or {},
            image=BUSYBOX,
            runtime=pb.Runtime(name=RUNC),
            spec=pb.Any(type_url=SPEC_TYPE, value=json.dumps(spec).encode()),
            snapshotter=SNAPSHOTTER,
            snapshot_key=id,
        )
        self._made.append(id)
        created = pb.CreateContainerRequest(container=container)
        self._call(CONTAINERS, "Create", created, pb.Empty)
        # Afterwards: a snapshot that no container names is garbage, and is soon collected.
        prepare = pb.PrepareSnapshotRequest(snapshotter=SNAPSHOTTER, key=id, parent=self._layer)
        rootfs = self._call(SNAPSHOTS, "Prepare", prepare, pb.PrepareSnapshotResponse).mounts
        task = pb.CreateTaskRequest(container_id=id, rootfs=rootfs)
        self._call(TASKS, "Create", task, pb.CreateTaskResponse)

    def start(self, id: str) -> None:
        self._call(TASKS, "Start", pb.StartRequest(container_id=id), pb.Empty)

    def run(self, id: str, *command: str, labels: dict[str, str] | None = None) -> None:
        """A container that runs."""
        self.create(id, *command, labels=labels)
        self.start(id)

    def wait(self, id: str) -> int:
        """Waits until it ends by itself; returns its status."""
        answer = self._call(TASKS, "Wait", pb.WaitRequest(container_id=id), pb.WaitResponse)
        return int(answer.exit_status)

    def stop(self, id: str) -> None:
        """Kills a container."""
        kill = pb.KillRequest(container_id=id, signal=SIGKILL, all=True)
        self._call(TASKS, "Kill", kill, pb.Empty)
        self.wait(id)

    def remove(self, id: str) -> None:
        """Kills a container, if it runs, and deletes it."""
        with contextlib.suppress(grpc.RpcError):
            self.stop(id)
        with contextlib.suppress(grpc.RpcError):
            self._call(TASKS, "Delete", pb.DeleteTaskRequest(container_id=id), pb.Empty)
        self._call(CONTAINERS, "Delete", pb.DeleteContainerRequest(id=id), pb.Empty)
        snapshot = pb.RemoveSnapshotRequest(snapshotter=SNAPSHOTTER, key=id)
        with contextlib.suppress(grpc.RpcError):  # or collected already
            self._call(SNAPSHOTS, "Remove", snapshot, pb.Empty)
        self._made.remove(id)

    def close(self) -> None:
        crowd(self._remove_quietly, list(self._made))
        self._calls.close()

    def _remove_quietly(self, id: str) -> None:
        with contextlib.suppress(grpc.RpcError):
            self.remove(id)

    def _call(self, service: str, method: str, request: Any, answer: Any) -> Any:
        return self._calls(f"{service}/{method}", request, answer, self.namespace)

# SPDX-License-Identifier: Apache-2.0
"""Facts of containers out of their pod, for when no runtime can be asked.

The server knows less than a runtime: no sandbox, no environment as it came to be,
and a container only when kubelet has told of it, about a second after its start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from falcomod.enrich.image import IMAGE_ID, image_facts
from falcomod.enrich.kubernetes_json import flag, identity, labels, member, members, text
from falcomod.enrich.runtime import ITEMS_MAX, Facts

NS_IN_S = 1_000_000_000
SHA256 = "sha256:"


@dataclass(frozen=True, slots=True)
class PodContainer:
    """A container that has been made, perhaps has ended."""

    id: str  # whole
    is_running: bool
    facts: Facts


def containers_of(pod: Any) -> tuple[PodContainer, ...]:
    """The containers of a pod that have an id by now, init and ephemeral ones too."""
    shared = _pod_facts(pod)
    spec = member(pod, "spec")
    volumes = {text(volume.get("name")): volume for volume in members(spec, "volumes")}
    found = []
    for stated, status in _pairs(spec, member(pod, "status")):
        kind, _, id = identity(status.get("containerID")).partition("://")
        if not id:
            continue
        running = member(member(status, "state"), "running")
        facts: Facts = {
            "full_id": id,
            "type": kind,
            "name": text(status.get("name")),
            **_image_facts(text(status.get("image")), text(stated.get("image"))),
            **_image_id_facts(text(status.get("imageID"))),
            "start_ns": _time_ns(running.get("startedAt")),
            "privileged": flag(member(stated, "securityContext").get("privileged")) or False,
            "mounts": _host_mounts(stated, volumes),
            "liveness_probe": _command(member(stated, "livenessProbe")),
            "readiness_probe": _command(member(stated, "readinessProbe")),
        }
        facts = {key: value for key, value in facts.items() if value not in (None, "", [])}
        found.append(PodContainer(id=id, is_running=bool(running), facts=shared | facts))
    return tuple(found)


def _pairs(
    spec: dict[str, Any], status: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Containers as they were asked for, and what became of them."""
    for asked, became in KINDS:
        by_name = {text(stated.get("name")): stated for stated in members(spec, asked)}
        for state in members(status, became):
            yield by_name.get(text(state.get("name")), {}), state


def _pod_facts(pod: Any) -> Facts:
    """What all containers of a pod share."""
    metadata, spec, status = (member(pod, key) for key in ("metadata", "spec", "status"))
    facts: Facts = {
        "pod_name": text(metadata.get("name")),
        "pod_namespace": text(metadata.get("namespace")),
        "pod_uid": identity(metadata.get("uid")),
        "pod_ip": text(status.get("podIP")),
        "ip": text(status.get("podIP")),
        "pod_labels": labels(metadata.get("labels")),
        "host_network": flag(spec.get("hostNetwork")) or False,
        "host_pid": flag(spec.get("hostPID")) or False,
        "host_ipc": flag(spec.get("hostIPC")) or False,
    }
    return {key: value for key, value in facts.items() if value != ""}


def _image_facts(used: str, asked: str) -> Facts:
    """Of the name that the runtime uses; some say an id there, then of the one in the pod."""
    return image_facts(asked if not used or IMAGE_ID.fullmatch(used) else used)


def _image_id_facts(image: str) -> Facts:
    """image_id or image_digest: "docker-pullable://NAME@sha256:…", "NAME@sha256:…", "sha256:…"."""
    image = image.rpartition("://")[2]
    _, at, digest = image.rpartition("@")
    if at:
        return {"image_digest": digest}
    return {"image_id": image.removeprefix(SHA256)} if IMAGE_ID.fullmatch(image) else {}


def _host_mounts(
    stated: dict[str, Any], volumes: dict[str, dict[str, Any]]
) -> list[tuple[str, str, str, bool, str]]:
    """(source, destination, mode, is_writable, propagation) of paths of the host."""
    found = []
    for mount in members(stated, "volumeMounts"):
        volume = volumes.get(text(mount.get("name")), {})
        source = text(member(volume, "hostPath").get("path"))
        destination = text(mount.get("mountPath"))
        if source and destination:
            inner = text(mount.get("subPath"))
            source = f"{source.rstrip('/')}/{inner}" if inner else source
            propagation = PROPAGATION.get(text(mount.get("mountPropagation")), "private")
            found.append((source, destination, "", mount.get("readOnly") is not True, propagation))
    return found


def _command(probe: dict[str, Any]) -> tuple[str, list[str]] | None:
    """(program, arguments) of a probe that runs one."""
    command = member(probe, "exec").get("command")
    if not isinstance(command, list) or not command:
        return None
    words = [text(word) for word in command[: ITEMS_MAX + 1]]
    return (words[0], words[1:]) if words[0] else None


def _time_ns(value: Any) -> int | None:
    """Of RFC 3339, since 1970."""
    try:
        at = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    if at.tzinfo is None or at.year < 1970:
        return None
    return int(at.timestamp()) * NS_IN_S


# Which list says what was asked for, and which what became of it.
KINDS = (
    ("initContainers", "initContainerStatuses"),
    ("containers", "containerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
)

# As CRI calls them (api.proto, MountPropagation).
PROPAGATION = {"HostToContainer": "rslave", "Bidirectional": "rshared"}

# SPDX-License-Identifier: Apache-2.0
"""Facts of containers and pods from what the container runtime interface answers.

    sandbox_of(answer)              a pod, as far as its containers share it
    container_facts(answer, pod)    a container of it
    sandbox_facts(answer, pod)      the sandbox itself, a container that does nothing

Beside the messages there are details in JSON, which each runtime spells its own way
("info"): containerd and CRI-O are known, what is missing is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from falcomod.enrich.answers import (
    at,
    items,
    json_object,
    known,
    labels,
    mapping,
    pairs_of,
    text,
    value_of,
)
from falcomod.enrich.image import image_facts
from falcomod.enrich.oci_spec import annotation_of, environment_of
from falcomod.enrich.probes import ANNOTATION, probe_facts
from falcomod.enrich.runtime import LABEL_MAX, SHORT_ID_SIZE, TEXT_MAX, Facts

if TYPE_CHECKING:
    from falcomod.enrich.proto import cri_pb2 as pb

PROPAGATIONS = ("private", "rslave", "rshared")  # by MountPropagation
PROTOCOLS = ("tcp", "udp", "sctp")  # by Protocol
MODE_NODE = 2  # NamespaceMode: the host's

# Where the name of an image stands that a runtime knows by its id only.
IMAGE_NAMES = (
    "io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName", "io.kubernetes.cri-o.Image",
)  # fmt: skip
CNI_RESULT = "io.kubernetes.cri-o.CNIResult"

DIGEST = "sha256:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A pod: facts that are those of its containers, too, and what they are read from."""

    id: str
    facts: Facts = field(default_factory=dict)
    ports: list[str] = field(default_factory=list)
    manifest: bytes = b""
    is_complete: bool = True  # False: it has no address yet


def sandbox_of(answer: pb.PodSandboxStatusResponse, label_max: int = LABEL_MAX) -> Sandbox:
    """What the containers of a pod have from it."""
    status = answer.status
    details = _details(answer.info)
    id = text(status.id) or ""
    ip = text(status.network.ip)
    options = status.linux.namespaces.options
    cni = _cni_json(details)
    facts = known(
        {
            "ip": ip,
            "pod_ip": ip,
            "cni_json": cni,
            "pod_cni_json": cni,
            "pod_name": text(status.metadata.name),
            "pod_namespace": text(status.metadata.namespace),
            "pod_uid": text(status.metadata.uid),
            "pod_sandbox_id": id[:SHORT_ID_SIZE] or None,
            "pod_full_sandbox_id": id or None,
        }
    )
    facts["pod_labels"] = labels(pairs_of(status.labels), label_max)
    facts["host_pid"] = options.pid == MODE_NODE
    facts["host_network"] = options.network == MODE_NODE
    facts["host_ipc"] = options.ipc == MODE_NODE
    return Sandbox(
        id=id,
        facts=facts,
        ports=_ports(details),
        manifest=value_of(status.annotations, ANNOTATION),
        is_complete=ip is not None or options.network == MODE_NODE,
    )


def container_facts(
    answer: pb.ContainerStatusResponse, pod: Sandbox | None, label_max: int = LABEL_MAX
) -> Facts:
    """A container; without its pod's facts where *pod* is not known."""
    status = answer.status
    details = _details(answer.info)
    facts: Facts = dict(pod.facts) if pod is not None else {}
    name = text(status.metadata.name)
    facts |= known({"full_id": text(status.id), "name": name, "start_ns": _time(status.created_at)})
    facts |= _image(status, details)
    facts["is_pod_sandbox"] = False
    facts["privileged"] = _is_privileged(details)
    facts = pod_by_labels(labels(pairs_of(status.labels), TEXT_MAX)) | facts
    facts["labels"] = with_pod(labels(pairs_of(status.labels), label_max), facts)
    facts["annotations"] = labels(pairs_of(status.annotations), TEXT_MAX)
    facts["mounts"] = _mounts(status.mounts)
    facts["env"] = _environment(details)
    if pod is not None:
        facts["ports"] = pod.ports
        facts |= probe_facts(pod.manifest, name) if name and pod.manifest else {}
    return facts


def sandbox_facts(answer: pb.PodSandboxStatusResponse, pod: Sandbox) -> Facts:
    """The container that holds a pod's namespaces; its name is the pod's, as Falco has it."""
    status = answer.status
    details = _details(answer.info)
    facts = dict(pod.facts)
    facts |= known(
        {
            "full_id": pod.id or None,
            "name": facts.get("pod_name"),
            "start_ns": _time(status.created_at),
        }
    )
    facts |= image_facts(text(details.get("image")) or "")
    facts["is_pod_sandbox"] = True
    facts["privileged"] = _is_privileged(details)
    facts["labels"] = with_pod(dict(facts["pod_labels"]), facts)
    facts["annotations"] = labels(pairs_of(status.annotations), TEXT_MAX)
    facts["ports"] = pod.ports
    facts["mounts"] = []
    return facts


def pod_by_labels(words: Mapping[str, str]) -> Facts:
    """What the kubelet's labels on a container say of its pod."""
    return {fact: words[label] for label, fact in POD_LABELS.items() if words.get(label)}


def with_pod(words: dict[str, str], facts: Facts) -> dict[str, str]:
    """Labels of a container with those that Falco adds."""
    return words | {label: facts[fact] for label, fact in POD_LABELS.items() if facts.get(fact)}


def pod_of(answer: pb.ContainerStatusResponse) -> str | None:
    """The id of a container's sandbox."""
    details = _details(answer.info)
    return text(details.get("sandboxID")) or _spec_annotation(
        details, "io.kubernetes.cri.sandbox-id", "io.kubernetes.cri-o.SandboxID"
    )


def pid_of(info: Any) -> int | None:
    """The first process, of a container or a sandbox; None: it does not run, or is not told."""
    pid = _details(info).get("pid")
    return pid if type(pid) is int and 0 < pid < 1 << 31 else None


def digest_in(reference: bytes) -> str | None:
    """The digest of "name@sha256:…"."""
    digest = (text(reference) or "").partition("@")[2]
    return digest if digest.startswith(DIGEST) else None


def _details(info: Any) -> Mapping[str, Any]:
    return json_object(value_of(info, b"info"))


def _spec_annotation(details: Mapping[str, Any], *names: str) -> str | None:
    spec = mapping(details.get("runtimeSpec"))
    return next((found for name in names if (found := annotation_of(spec, name))), None)


def _time(value: int) -> int | None:
    return value if value > 0 else None


def _image(status: pb.ContainerStatus, details: Mapping[str, Any]) -> Facts:
    """The image as it was asked for, its digest and id.

    The reference is "name@sha256:…" where the image came from a registry, else the id.
    """
    name, at_sign, digest = (text(status.image_ref) or "").partition("@")
    said = text(status.image.image) or ""
    if not said or said.startswith(DIGEST):
        said = _spec_annotation(details, *IMAGE_NAMES) or (name if at_sign else said)
    facts = image_facts(said)
    if digest:
        facts["image_digest"] = digest
    # The kubelet names the image by its id; containerd refers to one without registry by it.
    for id in (text(at(details, "config", "image", "image")), name):
        if id and id.startswith(DIGEST):
            facts.setdefault("image_id", id.removeprefix(DIGEST))
    return facts


def _is_privileged(details: Mapping[str, Any]) -> bool:
    told = (
        at(details, "config", "linux", "security_context", "privileged"),
        details.get("privileged"),
    )
    return any(word is True for word in told)


def _mounts(mounts: Any) -> list[tuple[str, str, str, bool, str]]:
    found = []
    for mount in items(list(mounts)):
        source, destination = text(mount.host_path), text(mount.container_path)
        if source is None or destination is None:
            continue
        is_known = 0 <= mount.propagation < len(PROPAGATIONS)
        propagation = PROPAGATIONS[mount.propagation] if is_known else "unknown"
        found.append((source, destination, "", not mount.readonly, propagation))
    return found


def _environment(details: Mapping[str, Any]) -> dict[str, str]:
    """Those of the specification, where it is told; else those of the pod's manifest."""
    spec = environment_of(mapping(details.get("runtimeSpec")))
    if spec:
        return spec
    rows = (mapping(row) for row in items(at(details, "config", "envs")))
    return labels(((row.get("key"), row.get("value", "")) for row in rows), TEXT_MAX)


def _ports(details: Mapping[str, Any]) -> list[str]:
    """ "0.0.0.0:8080->80/tcp" where the host has a port for it, else "80/tcp"."""
    found = []
    for row in items(at(details, "config", "port_mappings")):
        port = mapping(row)
        inner, outer = port.get("container_port"), port.get("host_port")
        number = port.get("protocol", 0)
        if not _is_port(inner) or type(number) is not int or not 0 <= number < len(PROTOCOLS):
            continue
        host = f"{text(port.get('host_ip')) or '0.0.0.0'}:{outer}->" if _is_port(outer) else ""
        found.append(f"{host}{inner}/{PROTOCOLS[number]}")
    return found


def _is_port(value: object) -> bool:
    return type(value) is int and 0 < value < 1 << 16


def _cni_json(details: Mapping[str, Any]) -> str | None:
    """The addresses by interface, without what nobody looks for, as Falco prints it."""
    interfaces = at(details, "cniResult", "Interfaces")
    if not isinstance(interfaces, dict):
        return _spec_annotation(details, CNI_RESULT)
    kept = {
        name: {key: value for key, value in mapping(found).items() if key not in CNI_LEFT_OUT}
        for name, found in interfaces.items()
        if name != "lo" and not name.startswith("veth")
    }
    return text(json.dumps(kept, separators=(",", ":"), sort_keys=True)) if kept else None


CNI_LEFT_OUT = frozenset(("Mac", "Sandbox"))

POD_LABELS = {
    "io.kubernetes.sandbox.id": "pod_full_sandbox_id",
    "io.kubernetes.pod.uid": "pod_uid",
    "io.kubernetes.pod.name": "pod_name",
    "io.kubernetes.pod.namespace": "pod_namespace",
}

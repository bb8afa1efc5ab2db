# SPDX-License-Identifier: Apache-2.0
"""Facts of a container from what containerd itself keeps: labels, image, specification."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from falcomod.enrich.answers import json_object, known, labels, pairs_of, text, value_of
from falcomod.enrich.cri_facts import pod_by_labels, with_pod
from falcomod.enrich.image import image_facts
from falcomod.enrich.oci_spec import annotation_of, spec_facts
from falcomod.enrich.runtime import LABEL_MAX, SHORT_ID_SIZE, TEXT_MAX, Facts

if TYPE_CHECKING:
    from falcomod.enrich.proto import containerd_pb2 as pb

# What containers of Kubernetes are marked with, and its values.
KIND = b"io.cri-containerd.kind"
KIND_CONTAINER = b"container"
KIND_SANDBOX = b"sandbox"

# An id that nobody chose is no name, so its short form is, as Falco has it.
GENERATED_ID = re.compile(r"[0-9a-f]{64}")

NS_IN_S = 10**9


def native_facts(
    container: pb.Container, spec: Mapping[str, Any], label_max: int = LABEL_MAX
) -> Facts:
    """Whatever containerd knows of a container of anybody's, Kubernetes' too."""
    id = text(container.id) or ""
    told = labels(pairs_of(container.labels), TEXT_MAX)
    words = labels(told.items(), label_max)
    facts: Facts = {"full_id": id, "name": _name(id, told), "is_pod_sandbox": False}
    facts |= known({"start_ns": _start_ns(container)})
    facts |= image_facts(text(container.image) or "")
    facts |= spec_facts(spec)
    if kind_of(container):
        facts |= _pod_facts(container, spec, told)
        if facts["is_pod_sandbox"]:
            facts["pod_labels"] = dict(words)
        words = with_pod(words, facts)
    return facts | {"labels": words}


def kind_of(container: pb.Container) -> bytes:
    """KIND_CONTAINER or KIND_SANDBOX of Kubernetes, or b"" for a container of somebody else."""
    kind = value_of(container.labels, KIND)
    return kind if kind in (KIND_CONTAINER, KIND_SANDBOX) else b""


def spec_of(container: pb.Container) -> Mapping[str, Any]:
    """The specification that the container was made by, or {}."""
    return json_object(container.spec.value)


def _name(id: str, words: Mapping[str, str]) -> str:
    given = words.get("nerdctl/name")
    if given:
        return given
    return id[:SHORT_ID_SIZE] if GENERATED_ID.fullmatch(id) else id


def _start_ns(container: pb.Container) -> int | None:
    at = container.created_at
    return at.seconds * NS_IN_S + at.nanos if 0 < at.seconds < 1 << 33 else None


def _pod_facts(container: pb.Container, spec: Mapping[str, Any], words: dict[str, str]) -> Facts:
    """What the specification and the labels of a container of Kubernetes say of its pod.

    The labels of a sandbox are its pod's.
    """
    is_sandbox = kind_of(container) == KIND_SANDBOX
    told = {fact: annotation_of(spec, f"{CRI}.{name}") for fact, name in ANNOTATIONS.items()}
    facts: Facts = pod_by_labels(words) | known(told)
    pod_id = facts.get("pod_full_sandbox_id")
    if pod_id:
        facts["pod_sandbox_id"] = pod_id[:SHORT_ID_SIZE]
    facts["is_pod_sandbox"] = is_sandbox
    # The network of a container is its sandbox's, which may be the host's: nobody knows.
    facts["host_network"] = facts["host_pid"] = facts["host_ipc"] = None
    image = annotation_of(spec, f"{CRI}.image-name")
    name = words.get(CONTAINER_NAME) or annotation_of(spec, f"{CRI}.container-name")
    facts |= image_facts(image) if image else {}
    facts |= known({"name": facts.get("pod_name") if is_sandbox else name})
    return facts


CONTAINER_NAME = "io.kubernetes.container.name"

# Annotations of specifications (containerd, pkg/cri/annotations/annotations.go).
CRI = "io.kubernetes.cri"
ANNOTATIONS = {
    "pod_full_sandbox_id": "sandbox-id",
    "pod_name": "sandbox-name",
    "pod_namespace": "sandbox-namespace",
    "pod_uid": "sandbox-uid",
}

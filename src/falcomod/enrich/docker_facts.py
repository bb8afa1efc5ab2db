# SPDX-License-Identifier: Apache-2.0
"""Facts of a container out of what Docker's API answers, and podman's in its place.

    container_facts(answer)     of GET /containers/ID/json
    row_facts(row)              of one row of GET /containers/json: less, but for all at once
    add_image(facts, image)     of GET /images/ID/json: names that the container leaves out
    add_sandbox(facts, other)   of the container whose network, or pod, it is in

Answers come from outside: what is not of the type that the API says is left out, what is too
long, too.  Source: Docker Engine API v1.41 to v1.47.  What the pod's names are called
is of dockershim and cri-dockerd (Kubernetes v1.23 pkg/kubelet/dockershim/docker_service.go,
pkg/kubelet/types/labels.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from falcomod.enrich import probes
from falcomod.enrich.answers import at, items, known, labels, mapping, text
from falcomod.enrich.image import image_facts
from falcomod.enrich.probes import probe_facts
from falcomod.enrich.runtime import ITEMS_MAX, LABEL_MAX, SHORT_ID_SIZE, TEXT_MAX, Facts

Answer = Mapping[str, Any]
Probe = tuple[str, list[str]]
Mount = tuple[str, str, str, bool, str]

SHELL = "/bin/sh"  # of a health check that is one text
NO_NAME = "<none>"  # stands for a repository or a tag that there is not

POD_NAME = "io.kubernetes.pod.name"
POD_NAMESPACE = "io.kubernetes.pod.namespace"
POD_UID = "io.kubernetes.pod.uid"
SANDBOX_ID = "io.kubernetes.sandbox.id"
KIND = "io.kubernetes.docker.type"
CONTAINER_NAME = "io.kubernetes.container.name"
SANDBOX = "podsandbox"
SANDBOX_NAME = "k8s_POD"
ANNOTATION = "annotation."
KUBERNETES = "io.kubernetes."
MANIFESTS = (  # the pod as it was applied: of dockershim, and where Falco looks
    ANNOTATION + probes.ANNOTATION.decode(),
    "io.kubernetes.container.last-applied-config",
)


def container_facts(answer: Answer, *, kind: str, label_max: int = LABEL_MAX) -> Facts:
    """Everything that an answer about one container says; *kind* is container.type."""
    config = mapping(answer.get("Config"))
    host = mapping(answer.get("HostConfig"))
    network = mapping(answer.get("NetworkSettings"))
    state = mapping(answer.get("State"))
    all_labels = mapping(config.get("Labels"))
    facts: Facts = {
        "full_id": text(answer.get("Id")),
        "type": kind,
        "name": _name(answer.get("Name")),
        "image_id": _bare_id(answer.get("Image")),
        "privileged": _flag(host.get("Privileged")),
        "host_pid": _is_host(host.get("PidMode")),
        "host_network": _is_host(host.get("NetworkMode")),
        "host_ipc": _is_host(host.get("IpcMode"), kind),
        "start_ns": nanoseconds(state.get("StartedAt")) or nanoseconds(answer.get("Created")),
        "ip": _address(network),
        "env": _environment(config.get("Env")),
        "labels": labels(all_labels.items(), label_max),
        "annotations": _annotations(host, all_labels),
        "mounts": _mounts(answer.get("Mounts")),
        "ports": _ports(network, host),
        "healthcheck": _healthcheck(config.get("Healthcheck")),
    }
    facts |= _image_names(text(config.get("Image")), facts["image_id"])
    facts |= _pod_facts(all_labels, facts["full_id"], facts["name"])
    facts |= _probes(all_labels, all_labels)
    return known(facts)


def row_facts(row: Answer, *, kind: str, label_max: int = LABEL_MAX) -> Facts:
    """What the list of containers says of one: enough to know which it is."""
    all_labels = mapping(row.get("Labels"))
    host = mapping(row.get("HostConfig"))
    names = [name for name in map(text, items(row.get("Names"))) if name]
    created = row.get("Created")
    facts: Facts = {
        "full_id": text(row.get("Id")),
        "type": kind,
        # A name with a second slash is a link's to the container, and not its own.
        "name": _name(min(names, key=lambda name: name.count("/"), default=None)),
        "image_id": _bare_id(row.get("ImageID")),
        "host_network": _is_host(host.get("NetworkMode")),
        "start_ns": created * 10**9 if type(created) is int and 0 < created < 2**33 else None,
        "ip": _address(mapping(row.get("NetworkSettings"))),
        "labels": labels(all_labels.items(), label_max),
        "annotations": _annotations(host, all_labels),
        "mounts": _mounts(row.get("Mounts")),
    }
    facts |= _image_names(text(row.get("Image")), facts["image_id"])
    facts |= _pod_facts(all_labels, facts["full_id"], facts["name"])
    return known(facts)


def add_image(facts: Facts, image: Answer) -> None:
    """Fills in the digest, and the names where the container was started by an image's id.

    As in Falco: the digest of the repository that was asked for, or the only one there is.
    """
    digests = [(name, digest) for name, digest in _named(image, "RepoDigests", "@") if digest]
    tags = [(name, tag) for name, tag in _named(image, "RepoTags", ":") if tag]
    if "image_repository" not in facts:
        if not tags and not digests:
            return
        facts["image_repository"] = (tags or digests)[0][0]
    repository = _familiar(facts["image_repository"])
    same_tags = [tag for name, tag in tags if _familiar(name) == repository]
    same_digests = [digest for name, digest in digests if _familiar(name) == repository]
    if "image_tag" not in facts and same_tags:
        facts["image_tag"] = same_tags[0]
    if "image_digest" not in facts:
        if same_digests:
            facts["image_digest"] = same_digests[0]
        elif len({digest for _, digest in digests}) == 1:
            facts["image_digest"] = digests[0][1]


def add_sandbox(facts: Facts, other: Answer, *, label_max: int = LABEL_MAX) -> None:
    """Fills in what a container has from another: the address, and the labels of its pod."""
    address = _address(mapping(other.get("NetworkSettings")))
    if address and "ip" not in facts:
        facts["ip"] = address
    if "pod_uid" not in facts:
        return
    if address:
        facts["pod_ip"] = address
    all_labels = mapping(at(other, "Config", "Labels"))
    if all_labels.get(POD_UID) == facts["pod_uid"]:
        facts["pod_labels"] = _pod_labels(labels(all_labels.items(), label_max))
        facts |= _probes(all_labels, facts.get("labels", {}))


def sandbox_of(answer: Answer) -> str | None:
    """The id of the container whose pod, or else network, this one is in; None: of none."""
    other = text(mapping(at(answer, "Config", "Labels")).get(SANDBOX_ID))
    if other is None:
        mode = text(at(answer, "HostConfig", "NetworkMode")) or ""
        other = mode.removeprefix("container:") if mode.startswith("container:") else None
    return None if other == answer.get("Id") else other


def pid_of(answer: Answer) -> int | None:
    """The container's first process; None: it does not run."""
    pid = at(answer, "State", "Pid")
    return pid if type(pid) is int and 0 < pid < 2**31 else None


def control_group(answer: Answer, driver: str | None) -> str | None:
    """The path of the container's control group below its hierarchy, as Docker makes it.

    *driver* is CgroupDriver of GET /info.  Source: moby daemon/oci_linux.go (WithCgroups),
    libcontainer's ExpandSlice for the slices.
    """
    id = text(answer.get("Id"))
    parent = text(at(answer, "HostConfig", "CgroupParent"))
    if id is None or driver not in CGROUP_DRIVERS:
        return None
    if driver == "cgroupfs":
        return f"/{(parent or 'docker').strip('/')}/{id}"
    words = (parent or "system.slice").removesuffix(".slice").split("-")
    slices = ["-".join(words[: count + 1]) for count in range(len(words))]
    return "".join(f"/{each}.slice" for each in slices) + f"/docker-{id}.scope"


def nanoseconds(value: object) -> int | None:
    """Of "2026-11-29T01:02:03.123456789Z" since the epoch; None: none, or Go's zero time."""
    stamp = text(value)
    if stamp is None:
        return None
    seconds, dot, rest = stamp.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    zone = rest[len(digits) :] if dot else ""
    try:
        moment = datetime.fromisoformat(seconds + zone)
    except ValueError:
        return None
    if moment.tzinfo is None or moment.year < 1970:
        return None
    return max(0, int(moment.timestamp())) * 10**9 + int(digits[:9].ljust(9, "0")) or None


# Parts of an answer


def _name(value: object) -> str | None:
    return text((text(value) or "").removeprefix("/"))


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _is_host(mode: object, kind: str = "docker") -> bool | None:
    # podman 4.3 says so of the host's IPC namespace, too.
    if kind == "podman" and mode == "shareable":
        return None
    return mode == "host" if isinstance(mode, str) else None


def _bare_id(value: object) -> str | None:
    """An image's id without the name of its hash, as Falco shows it."""
    return (text(value) or "").rpartition(":")[2] or None


def _address(network: Answer) -> str | None:
    """Its address in the default network, else the first in one of a name."""
    networks = mapping(network.get("Networks"))
    ends = [network, *(mapping(networks[name]) for name in sorted(networks))]
    for key in ("IPAddress", "GlobalIPv6Address"):
        for end in ends:
            if address := text(end.get(key)):
                return address
    return None


def _environment(value: object) -> dict[str, str]:
    pairs = (each.partition("=") for each in items(value) if isinstance(each, str))
    return labels(((name, each) for name, equals, each in pairs if equals), TEXT_MAX)


def _annotations(host: Answer, all_labels: Answer) -> dict[str, str]:
    """Those of the container, and those of Kubernetes, which dockershim kept as labels."""
    of_kubernetes = {
        key.removeprefix(ANNOTATION): value
        for key, value in all_labels.items()
        if key.startswith(ANNOTATION)
    }
    return labels((of_kubernetes | {**mapping(host.get("Annotations"))}).items(), TEXT_MAX)


def _mounts(value: object) -> list[Mount]:
    found: list[Mount] = []
    for mount in map(mapping, items(value)):
        source, dest, mode, propagation = (
            text(mount.get(key)) or "" for key in ("Source", "Destination", "Mode", "Propagation")
        )
        if dest:
            found.append((source, dest, mode, mount.get("RW") is True, propagation))
    return found


def _ports(network: Answer, host: Answer) -> list[str]:
    """ "0.0.0.0:8080->80/tcp" of published ports, "80/tcp" of others, by number."""
    table = mapping(network.get("Ports")) or mapping(host.get("PortBindings"))
    found = []
    ports = [port for port in table if text(port) and port.isascii()]
    for port in sorted(ports, key=_port_number)[:ITEMS_MAX]:
        published = list(_published(port, table[port]))
        found += published or [port]
    return found[:ITEMS_MAX]


def _published(port: str, ends: object) -> Iterator[str]:
    for end in map(mapping, items(ends)):
        if number := text(end.get("HostPort")):
            address = text(end.get("HostIp")) or "0.0.0.0"
            shown = f"[{address}]" if ":" in address else address
            yield f"{shown}:{number}->{port}"


def _port_number(port: str) -> tuple[int, str]:
    number = port.partition("/")[0]
    return (int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0, port)


def _healthcheck(value: object) -> Probe | None:
    """What is run to see whether the container is well: Test of HealthConfig."""
    words = [text(word) for word in items(mapping(value).get("Test"))]
    if len(words) < 2 or None in words:
        return None
    kind, *command = (word for word in words if word is not None)
    if kind == "CMD":
        return command[0], command[1:]
    return (SHELL, ["-c", command[0]]) if kind == "CMD-SHELL" else None


def _image_names(name: str | None, id: str | None) -> Facts:
    """Parts of the name that the container was started by; of an id only that."""
    if name is None:
        return {}
    if id is not None and id.startswith(name):
        return {"image": name}
    return image_facts(name)


def _named(image: Answer, key: str, separator: str) -> Iterator[tuple[str, str]]:
    for each in map(text, items(image.get(key))):
        name, _, rest = (each or "").rpartition(separator)
        if name and NO_NAME not in (name, rest):
            yield name, rest


def _familiar(repository: str) -> str:
    """A repository as Docker shows it: podman and containerd say the registry of all."""
    return repository.removeprefix("docker.io/").removeprefix("library/")


def _pod_facts(all_labels: Answer, id: str | None, name: str | None) -> Facts:
    is_sandbox = all_labels.get(KIND) == SANDBOX or (name or "").startswith(SANDBOX_NAME + "_")
    sandbox = id if is_sandbox else text(all_labels.get(SANDBOX_ID))
    facts: Facts = {
        "pod_name": text(all_labels.get(POD_NAME)),
        "pod_namespace": text(all_labels.get(POD_NAMESPACE)),
        "pod_uid": text(all_labels.get(POD_UID)),
        "is_pod_sandbox": is_sandbox,
    }
    if facts["pod_uid"] and sandbox:
        facts |= {"pod_sandbox_id": sandbox[:SHORT_ID_SIZE], "pod_full_sandbox_id": sandbox}
    return facts


def _pod_labels(shown: dict[str, str]) -> dict[str, str]:
    return {
        key: value for key, value in shown.items() if not key.startswith((KUBERNETES, ANNOTATION))
    }


def _probes(holder: Answer, own: Answer) -> Facts:
    """Out of the pod as it was applied, which a label of the pod's sandbox has.

    *own* labels of the container say which of the pod it is.
    """
    container = own.get(CONTAINER_NAME)
    manifest = next((holder[name] for name in MANIFESTS if name in holder), None)
    if not isinstance(manifest, str) or not isinstance(container, str):
        return {}
    return probe_facts(manifest.encode("utf-8", "replace"), container)


CGROUP_DRIVERS = frozenset(("cgroupfs", "systemd"))

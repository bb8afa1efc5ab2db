# SPDX-License-Identifier: Apache-2.0
"""Fields of audit events the slow way: a plain Python twin of engine/fields/audit.

A field is a path through the event, parts parted by blanks; * stands for every item
of a list, or for the one that the argument asks for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

Value = str | list[str] | None

ITEMS_MAX = 4096
CONTAINERS = ("containers", "initContainers", "ephemeralContainers")


def text(value: Any) -> str:
    """As printed: texts as they are, everything else as JSON without blanks."""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def walk(value: Any, path: list[str], index: int | None) -> Iterator[Any]:
    """Everything that the path leads to."""
    if not path:
        yield value
        return
    key, *rest = path
    if key == "*":
        if isinstance(value, list):
            for number, item in enumerate(value):
                if index is None or number == index:
                    yield from walk(item, rest, None)
    elif isinstance(value, dict) and key in value:
        yield from walk(value[key], rest, index)
    elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        yield from walk(value[int(key)], rest, index)


def found(event: Any, path: str, index: int | None = None) -> list[Any]:
    return list(walk(event, path.split(), index))


def single(path: str) -> Callable[..., Value]:
    def field(event: Any, _index: int | None, _argument: str) -> Value:
        values = found(event, path)
        return text(values[0]) if values else None

    return field


def items(path: str) -> Callable[..., Value]:
    """The items of a list."""

    def field(event: Any, index: int | None, _argument: str) -> Value:
        return [text(value) for value in found(event, path, index)]

    return field


def flat(path: str) -> Callable[..., Value]:
    """What each item has; of a list its items."""

    def field(event: Any, index: int | None, _argument: str) -> Value:
        values = found(event, path, index)
        return [
            text(part)
            for value in values
            for part in (value if isinstance(value, list) else [value])
        ]

    return field


def repository(image: str) -> str:
    image = image.split("@")[0]
    *registry, name = image.split("/")
    return "/".join([*registry, name.split(":")[0]])


def repositories(path: str) -> Callable[..., Value]:
    return lambda event, index, argument: [
        repository(image) for image in flat(path)(event, index, argument) or ()
    ]


def first(field: Callable[..., Value]) -> Callable[..., Value]:
    return lambda event, _index, argument: next(iter(field(event, 0, argument) or ()), None)


def effective(containers: str, path: str) -> Callable[..., Value]:
    def field(event: Any, index: int | None, _argument: str) -> Value:
        of_pod = found(event, f"requestObject spec {path}") or [0]
        return [
            text((found(container, path) or of_pod)[0])
            for container in found(event, f"{containers} *", index)
        ]

    return field


def ports(containers: str) -> Callable[..., Value]:
    def field(event: Any, index: int | None, _argument: str) -> Value:
        numbers = []
        for container in found(event, f"{containers} *", index):
            for port in found(container, "ports *"):
                of_port = found(port, "hostPort") + found(port, "containerPort")
                numbers += [text(number) for number in of_port[:1]]
        return numbers

    return field


def subjects(kind: str, *, with_namespace: bool = False) -> Callable[..., Value]:
    def field(event: Any, _index: int | None, _argument: str) -> Value:
        names = []
        for subject in found(event, "requestObject subjects *"):
            name, namespace = found(subject, "name"), found(subject, "namespace")
            if found(subject, "kind") != [kind] or not name or not isinstance(name[0], str):
                continue
            place = namespace[0] if namespace and isinstance(namespace[0], str) else ""
            names.append(f"{place}:{name[0]}" if with_namespace else name[0])
        return names

    return field


def volume_types(event: Any, index: int | None, _argument: str) -> Value:
    volumes = found(event, "requestObject spec volumes *", index)
    return [
        key for volume in volumes if isinstance(volume, dict) for key in volume if key != "name"
    ]


def parameter(event: Any, _index: int | None, argument: str) -> Value:
    for uri in found(event, "requestURI"):
        if isinstance(uri, str):
            query = uri.split("#")[0].split("?", 1)[1:]
            return parse_qs("".join(query), keep_blank_values=True).get(argument, [None])[0]
    return None


def pod_name(event: Any, _index: int | None, _argument: str) -> Value:
    if found(event, "objectRef resource") != ["pods"]:
        return None
    names = found(event, "objectRef name") + found(event, "responseObject metadata name")
    return next((name for name in names if isinstance(name, str)), None)


def any_privileged(event: Any, _index: int | None, _argument: str) -> Value:
    if not isinstance((found(event, "requestObject spec containers") or [None])[0], list):
        return None
    flags = found(event, "requestObject spec containers * securityContext privileged")
    return text(any(flag is True for flag in flags))


def path_used(event: Any, _index: int | None, argument: str) -> Value:
    if not isinstance((found(event, "requestObject spec volumes") or [None])[0], list):
        return None
    paths = flat("requestObject spec volumes * hostPath path")(event, None, "")
    if argument.endswith("*"):
        return text(any(path.startswith(argument[:-1]) for path in paths or ()))
    return text(argument in (paths or ()))


def value(field: str, event: Any) -> Value:
    """The value of a field with its argument."""
    name, _, argument = field.partition("[")
    argument = argument.removesuffix("]")
    if not isinstance(event, dict) or "auditID" not in event:
        return None
    index = int(argument) if argument.isdecimal() else None
    answer = FIELDS[name](event, index, argument)
    return (answer[:ITEMS_MAX] or None) if isinstance(answer, list) else answer


def of_containers(kind: str) -> dict[str, Callable[..., Value]]:
    """The fields of one kind of containers."""
    base = f"requestObject spec {kind}"
    context = f"{base} * securityContext"
    fields: dict[str, Callable[..., Value]] = {
        name: flat(f"{base} * {name}") for name in ("name", "image", "command", "args")
    }
    fields |= {
        "image.repository": repositories(f"{base} * image"),
        "host_port": ports(base),
        "privileged": flat(f"{context} privileged"),
        "allow_privilege_escalation": flat(f"{context} allowPrivilegeEscalation"),
        "read_only_fs": flat(f"{context} readOnlyRootFilesystem"),
        "run_as_user": flat(f"{context} runAsUser"),
        "run_as_group": flat(f"{context} runAsGroup"),
        "eff_run_as_user": effective(base, "securityContext runAsUser"),
        "eff_run_as_group": effective(base, "securityContext runAsGroup"),
        "proc_mount": flat(f"{context} procMount"),
        "add_capabilities": flat(f"{context} capabilities add"),
    }
    return {f"ka.req.pod.{kind}.{name}": field for name, field in fields.items()}


SINGLE = {
    "ka.auditid": "auditID",
    "ka.stage": "stage",
    "ka.auth.decision": "annotations authorization.k8s.io/decision",
    "ka.auth.reason": "annotations authorization.k8s.io/reason",
    "ka.auth.openshift.decision": "annotations authentication.openshift.io/decision",
    "ka.auth.openshift.username": "annotations authentication.openshift.io/username",
    "ka.validations.admission.policy.failure": "annotations "
    "validation.policy.admission.k8s.io/validation_failure",
    "ka.security.pod.violations": "annotations pod-security.kubernetes.io/audit-violations",
    "ka.user.name": "user username",
    "ka.impuser.name": "impersonatedUser username",
    "ka.verb": "verb",
    "ka.uri": "requestURI",
    "ka.target.name": "objectRef name",
    "ka.target.namespace": "objectRef namespace",
    "ka.target.resource": "objectRef resource",
    "ka.target.subresource": "objectRef subresource",
    "ka.req.binding.role": "requestObject roleRef name",
    "ka.req.configmap.name": "objectRef name",
    "ka.req.configmap.obj": "requestObject data",
    "ka.req.container.host_network": "requestObject spec hostNetwork",
    "ka.req.pod.host_ipc": "requestObject spec hostIPC",
    "ka.req.pod.host_network": "requestObject spec hostNetwork",
    "ka.req.pod.host_pid": "requestObject spec hostPID",
    "ka.req.pod.run_as_user": "requestObject spec securityContext runAsUser",
    "ka.req.pod.run_as_group": "requestObject spec securityContext runAsGroup",
    "ka.req.pod.fs_group": "requestObject spec securityContext fsGroup",
    "ka.req.service.type": "requestObject spec type",
    "ka.resp.name": "responseObject metadata name",
    "ka.response.code": "responseStatus code",
    "ka.response.reason": "responseStatus reason",
    "ka.useragent": "userAgent",
    "ka.cluster.name": "annotations cluster_name",
}

FIELDS: dict[str, Callable[..., Value]] = {
    **{name: single(path) for name, path in SINGLE.items()},
    "ka.user.groups": items("user groups *"),
    "ka.uri.param": parameter,
    "ka.target.pod.name": pod_name,
    "ka.req.binding.subjects": items("requestObject subjects *"),
    "ka.req.binding.subjects.user_names": subjects("User"),
    "ka.req.binding.subjects.serviceaccount_names": subjects("ServiceAccount"),
    "ka.req.binding.subjects.serviceaccount_ns_names": subjects(
        "ServiceAccount", with_namespace=True
    ),
    "ka.req.binding.subjects.group_names": subjects("Group"),
    "ka.req.binding.subject.has_name": lambda event, index, argument: "true",
    "ka.req.container.image": first(flat("requestObject spec containers * image")),
    "ka.req.container.image.repository": first(
        repositories("requestObject spec containers * image")
    ),
    "ka.req.container.privileged": any_privileged,
    "ka.req.pod.supplemental_groups": items(
        "requestObject spec securityContext supplementalGroups *"
    ),
    "ka.req.pod.volumes.hostpath": flat("requestObject spec volumes * hostPath path"),
    "ka.req.pod.volumes.flexvolume_driver": flat("requestObject spec volumes * flexVolume driver"),
    "ka.req.pod.volumes.volume_type": volume_types,
    "ka.req.volume.hostpath": path_used,
    "ka.req.role.rules": items("requestObject rules *"),
    "ka.req.role.rules.apiGroups": flat("requestObject rules * apiGroups"),
    "ka.req.role.rules.nonResourceURLs": flat("requestObject rules * nonResourceURLs"),
    "ka.req.role.rules.verbs": flat("requestObject rules * verbs"),
    "ka.req.role.rules.resources": flat("requestObject rules * resources"),
    "ka.req.service.ports": items("requestObject spec ports *"),
    "ka.sourceips": items("sourceIPs *"),
    **{name: field for kind in CONTAINERS for name, field in of_containers(kind).items()},
}

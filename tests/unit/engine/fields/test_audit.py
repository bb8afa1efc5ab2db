# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from typing import Any

import pytest

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import all_fields, bind
from falcomod.engine.state.tables import State
from falcomod.errors import FieldError
from tests.record_builder import build
from tests.unit.engine.fields.documents import DocumentCase, case, look

POD_SPEC: dict[str, Any] = {
    "hostIPC": True,
    "hostNetwork": True,
    "hostPID": False,
    "securityContext": {
        "runAsUser": 1000, "runAsGroup": 2000, "fsGroup": 3000, "supplementalGroups": [4, 5],
    },
    "containers": [
        {
            "name": "web",
            "image": "docker.io/library/nginx:1.25@sha256:00ff",
            "command": ["nginx", "-g"],
            "args": ["daemon off;"],
            "ports": [{"containerPort": 80}, {"containerPort": 443, "hostPort": 8443}, {}],
            "securityContext": {
                "privileged": True,
                "allowPrivilegeEscalation": True,
                "readOnlyRootFilesystem": False,
                "runAsUser": 0,
                "runAsGroup": 7,
                "procMount": "Unmasked",
                "capabilities": {"add": ["NET_ADMIN", "SYS_TIME"], "drop": ["ALL"]},
            },
        },
        {"name": "log", "image": "registry:5000/team/log"},
        {
            "image": "busybox:1",
            "securityContext": {"privileged": False, "capabilities": {"add": ["KILL"]}},
        },
    ],
    "initContainers": [{"name": "init", "image": "alpine", "securityContext": {"runAsUser": 3}}],
    "ephemeralContainers": [{"name": "debugger", "image": "localhost:80/x@sha256:1", "args": []}],
    "volumes": [
        {"name": "etc", "hostPath": {"path": "/etc", "type": ""}},
        {"name": "token", "projected": {"sources": []}},
        {"flexVolume": {"driver": "acme/disk"}, "name": "flex"},
        {"name": "run", "hostPath": {"path": "/var/run/docker.sock"}},
    ],
}  # fmt: skip

POD: dict[str, Any] = {
    "auditID": "2b1c",
    "stage": "ResponseComplete",
    "verb": "create",
    "requestURI": "/api/v1/ns/prod/pods/web/exec?command=sh&command=-c&tty=&q=a%20b+c%26d#f",
    "user": {"username": "ada", "groups": ["devs", "system:authenticated"]},
    "impersonatedUser": {"username": "root"},
    "sourceIPs": ["10.0.0.1", "192.0.2.7"],
    "userAgent": "kubectl/v1.30",
    "objectRef": {
        "resource": "pods", "subresource": "exec", "namespace": "prod", "name": "web",
    },
    "requestObject": {"spec": POD_SPEC},
    "responseObject": {"metadata": {"name": "web-x7"}},
    "responseStatus": {"code": 403, "reason": "Forbidden"},
    "annotations": {
        "authorization.k8s.io/decision": "forbid",
        "authorization.k8s.io/reason": "no rule",
        "authentication.openshift.io/decision": "deny",
        "authentication.openshift.io/username": "bob",
        "validation.policy.admission.k8s.io/validation_failure": '[{"message":"no"}]',
        "pod-security.kubernetes.io/audit-violations": "would violate",
        "cluster_name": "blue",
    },
}  # fmt: skip

BINDING: dict[str, Any] = {
    "auditID": "3c",
    "objectRef": {"resource": "clusterrolebindings"},
    "requestObject": {
        "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [
            {"kind": "User", "name": "eve"},
            {"kind": "ServiceAccount", "name": "default", "namespace": "kube-system"},
            {"kind": "Group", "name": "devs"},
            {"kind": "ServiceAccount", "name": "lost"},
            {"kind": "User"},
            "nonsense",
        ],
    },
}

ROLE: dict[str, Any] = {
    "auditID": "4d",
    "requestObject": {
        "rules": [
            {"apiGroups": [""], "resources": ["pods", "pods/exec"], "verbs": ["*"]},
            {"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
        ]
    },
}

CONFIG_MAP: dict[str, Any] = {
    "auditID": "5e",
    "objectRef": {"resource": "configmaps", "name": "settings"},
    "requestObject": {"data": {"aws_access_key_id": "AKIA", "b": "é"}},
}

SERVICE: dict[str, Any] = {
    "auditID": "6f",
    "requestObject": {
        "spec": {
            "type": "NodePort",
            "ports": [{"port": 80, "nodePort": 30080}, {"port": 443}],
        }
    },
}

NAMED: dict[str, Any] = {
    "auditID": "7",
    "objectRef": {"resource": "pods"},
    "responseObject": {"metadata": {"name": "web-x7"}},
}

CONTAINERS = "ka.req.pod.containers"
INIT = "ka.req.pod.initContainers"
EPHEMERAL = "ka.req.pod.ephemeralContainers"

CASES = [
    case("ka.auditid", POD, "2b1c"),
    case("ka.stage", POD, "ResponseComplete"),
    case("ka.auth.decision", POD, "forbid"),
    case("ka.auth.reason", POD, "no rule"),
    case("ka.auth.openshift.decision", POD, "deny"),
    case("ka.auth.openshift.username", POD, "bob"),
    case("ka.validations.admission.policy.failure", POD, '[{"message":"no"}]'),
    case("ka.security.pod.violations", POD, "would violate"),
    case("ka.user.name", POD, "ada"),
    case("ka.user.groups", POD, ["devs", "system:authenticated"]),
    case("ka.impuser.name", POD, "root"),
    case("ka.verb", POD, "create"),
    case("ka.uri", POD, POD["requestURI"]),
    case("ka.uri.param[command]", POD, "sh"),
    case("ka.uri.param[tty]", POD, ""),
    case("ka.uri.param[q]", POD, "a b c&d"),
    case("ka.uri.param[f]", POD, None),
    case("ka.uri.param[a]", {"auditID": "1", "requestURI": "/" + "?" + "a=1&" * 1001}, None),
    case("ka.uri.param[a]", {"auditID": "1", "requestURI": 7}, None),
    case("ka.target.name", POD, "web"),
    case("ka.target.namespace", POD, "prod"),
    case("ka.target.resource", POD, "pods"),
    case("ka.target.subresource", POD, "exec"),
    case("ka.target.pod.name", POD, "web"),
    case("ka.target.pod.name", NAMED, "web-x7"),
    case("ka.target.pod.name", CONFIG_MAP, None),
    case("ka.req.binding.subjects", BINDING, [
        '{"kind":"User","name":"eve"}',
        '{"kind":"ServiceAccount","name":"default","namespace":"kube-system"}',
        '{"kind":"Group","name":"devs"}',
        '{"kind":"ServiceAccount","name":"lost"}',
        '{"kind":"User"}',
        "nonsense",
    ]),
    case("ka.req.binding.subjects.user_names", BINDING, ["eve"]),
    case("ka.req.binding.subjects.serviceaccount_names", BINDING, ["default", "lost"]),
    case("ka.req.binding.subjects.serviceaccount_ns_names", BINDING, [
        "kube-system:default", ":lost",
    ]),
    case("ka.req.binding.subjects.group_names", BINDING, ["devs"]),
    case("ka.req.binding.subjects.group_names", ROLE, None),
    case("ka.req.binding.role", BINDING, "cluster-admin"),
    case("ka.req.binding.subject.has_name[eve]", BINDING, "true"),
    case("ka.req.configmap.name", CONFIG_MAP, "settings"),
    case("ka.req.configmap.obj", CONFIG_MAP, '{"aws_access_key_id":"AKIA","b":"é"}'),
    case("ka.req.container.image", POD, POD_SPEC["containers"][0]["image"]),
    case("ka.req.container.image.repository", POD, "docker.io/library/nginx"),
    case("ka.req.container.host_network", POD, "true"),
    case("ka.req.container.privileged", POD, "true"),
    case(
        "ka.req.container.privileged",
        {"auditID": "1", "requestObject": {"spec": {"containers": [{}, 3]}}},
        "false",
    ),
    case(f"{CONTAINERS}.name", POD, ["web", "log"]),
    case(f"{CONTAINERS}.name[1]", POD, ["log"]),
    case(f"{CONTAINERS}.name[2]", POD, None),
    case(f"{CONTAINERS}.name[3]", POD, None),
    case(f"{CONTAINERS}.command", POD, ["nginx", "-g"]),
    case(f"{CONTAINERS}.args", POD, ["daemon off;"]),
    case(f"{CONTAINERS}.image", POD, [one["image"] for one in POD_SPEC["containers"]]),
    case(f"{CONTAINERS}.image[2]", POD, ["busybox:1"]),
    case(f"{CONTAINERS}.image.repository", POD, [
        "docker.io/library/nginx", "registry:5000/team/log", "busybox",
    ]),
    case(f"{CONTAINERS}.image.repository[1]", POD, ["registry:5000/team/log"]),
    case(f"{CONTAINERS}.host_port", POD, ["80", "8443"]),
    case(f"{CONTAINERS}.privileged", POD, ["true", "false"]),
    case(f"{CONTAINERS}.privileged[0]", POD, ["true"]),
    case(f"{CONTAINERS}.allow_privilege_escalation", POD, ["true"]),
    case(f"{CONTAINERS}.read_only_fs", POD, ["false"]),
    case(f"{CONTAINERS}.run_as_user", POD, ["0"]),
    case(f"{CONTAINERS}.eff_run_as_user", POD, ["0", "1000", "1000"]),
    case(f"{CONTAINERS}.run_as_group", POD, ["7"]),
    case(f"{CONTAINERS}.eff_run_as_group", POD, ["7", "2000", "2000"]),
    case(f"{CONTAINERS}.proc_mount", POD, ["Unmasked"]),
    case(f"{CONTAINERS}.add_capabilities", POD, ["NET_ADMIN", "SYS_TIME", "KILL"]),
    case(f"{CONTAINERS}.add_capabilities[1]", POD, None),
    case(f"{INIT}.name", POD, ["init"]),
    case(f"{INIT}.command", POD, None),
    case(f"{INIT}.args", POD, None),
    case(f"{INIT}.image", POD, ["alpine"]),
    case(f"{INIT}.image.repository", POD, ["alpine"]),
    case(f"{INIT}.host_port", POD, None),
    case(f"{INIT}.privileged", POD, None),
    case(f"{INIT}.allow_privilege_escalation", POD, None),
    case(f"{INIT}.read_only_fs", POD, None),
    case(f"{INIT}.run_as_user", POD, ["3"]),
    case(f"{INIT}.eff_run_as_user[0]", POD, ["3"]),
    case(f"{INIT}.run_as_group", POD, None),
    case(f"{INIT}.eff_run_as_group", POD, ["2000"]),
    case(f"{INIT}.proc_mount", POD, None),
    case(f"{INIT}.add_capabilities", POD, None),
    case(f"{EPHEMERAL}.name", POD, ["debugger"]),
    case(f"{EPHEMERAL}.command", POD, None),
    case(f"{EPHEMERAL}.args", POD, None),
    case(f"{EPHEMERAL}.image", POD, ["localhost:80/x@sha256:1"]),
    case(f"{EPHEMERAL}.image.repository", POD, ["localhost:80/x"]),
    case(f"{EPHEMERAL}.host_port", POD, None),
    case(f"{EPHEMERAL}.privileged", POD, None),
    case(f"{EPHEMERAL}.allow_privilege_escalation", POD, None),
    case(f"{EPHEMERAL}.read_only_fs", POD, None),
    case(f"{EPHEMERAL}.run_as_user", POD, None),
    case(f"{EPHEMERAL}.eff_run_as_user", POD, ["1000"]),
    case(f"{EPHEMERAL}.run_as_group", POD, None),
    case(f"{EPHEMERAL}.eff_run_as_group", POD, ["2000"]),
    case(f"{EPHEMERAL}.eff_run_as_group", {
        "auditID": "1", "requestObject": {"spec": {"ephemeralContainers": [{}]}},
    }, ["0"]),
    case(f"{EPHEMERAL}.proc_mount", POD, None),
    case(f"{EPHEMERAL}.add_capabilities", POD, None),
    case("ka.req.pod.host_ipc", POD, "true"),
    case("ka.req.pod.host_network", POD, "true"),
    case("ka.req.pod.host_pid", POD, "false"),
    case("ka.req.pod.run_as_user", POD, "1000"),
    case("ka.req.pod.run_as_group", POD, "2000"),
    case("ka.req.pod.fs_group", POD, "3000"),
    case("ka.req.pod.supplemental_groups", POD, ["4", "5"]),
    case("ka.req.pod.volumes.hostpath", POD, ["/etc", "/var/run/docker.sock"]),
    case("ka.req.pod.volumes.hostpath[3]", POD, ["/var/run/docker.sock"]),
    case("ka.req.pod.volumes.flexvolume_driver", POD, ["acme/disk"]),
    case("ka.req.pod.volumes.volume_type", POD, [
        "hostPath", "projected", "flexVolume", "hostPath",
    ]),
    case("ka.req.volume.hostpath[/etc]", POD, "true"),
    case("ka.req.volume.hostpath[/et]", POD, "false"),
    case("ka.req.volume.hostpath[/var/run*]", POD, "true"),
    case("ka.req.volume.hostpath[/usr*]", POD, "false"),
    case("ka.req.volume.hostpath[*]", POD, "true"),
    case("ka.req.volume.hostpath[*]", ROLE, None),
    case("ka.req.role.rules", ROLE, [
        '{"apiGroups":[""],"resources":["pods","pods/exec"],"verbs":["*"]}',
        '{"nonResourceURLs":["/healthz"],"verbs":["get"]}',
    ]),
    case("ka.req.role.rules.apiGroups", ROLE, [""]),
    case("ka.req.role.rules.nonResourceURLs", ROLE, ["/healthz"]),
    case("ka.req.role.rules.verbs", ROLE, ["*", "get"]),
    case("ka.req.role.rules.verbs[1]", ROLE, ["get"]),
    case("ka.req.role.rules.resources", ROLE, ["pods", "pods/exec"]),
    case("ka.req.service.type", SERVICE, "NodePort"),
    case("ka.req.service.ports", SERVICE, ['{"port":80,"nodePort":30080}', '{"port":443}']),
    case("ka.req.service.ports[1]", SERVICE, ['{"port":443}']),
    case("ka.resp.name", POD, "web-x7"),
    case("ka.response.code", POD, "403"),
    case("ka.response.reason", POD, "Forbidden"),
    case("ka.useragent", POD, "kubectl/v1.30"),
    case("ka.sourceips", POD, ["10.0.0.1", "192.0.2.7"]),
    case("ka.sourceips[1]", POD, ["192.0.2.7"]),
    case("ka.cluster.name", POD, "blue"),
]  # fmt: skip

FIELDS = sorted({bind(one.field).info.name: one.field for one in CASES}.values())

# As the reference lists them: (L) is a list, [A!] needs an argument, [A?] takes one.
REFERENCE = """
ka.auditid ka.stage ka.auth.decision ka.auth.reason ka.auth.openshift.decision
ka.auth.openshift.username ka.validations.admission.policy.failure ka.security.pod.violations
ka.user.name ka.user.groups(L) ka.impuser.name ka.verb ka.uri ka.uri.param[A!] ka.target.name
ka.target.namespace ka.target.resource ka.target.subresource ka.target.pod.name
ka.req.binding.subjects(L) ka.req.binding.subjects.user_names(L)
ka.req.binding.subjects.serviceaccount_names(L) ka.req.binding.subjects.serviceaccount_ns_names(L)
ka.req.binding.subjects.group_names(L) ka.req.binding.role ka.req.binding.subject.has_name[A!](D)
ka.req.configmap.name ka.req.configmap.obj ka.req.container.image(D)
ka.req.container.image.repository(D) ka.req.container.host_network(D)
ka.req.container.privileged(D) ka.req.pod.host_ipc ka.req.pod.host_network ka.req.pod.host_pid
ka.req.pod.run_as_user ka.req.pod.run_as_group ka.req.pod.fs_group
ka.req.pod.supplemental_groups(L) ka.req.role.rules(L) ka.req.role.rules.apiGroups[A?](L)
ka.req.role.rules.nonResourceURLs[A?](L) ka.req.role.rules.verbs[A?](L)
ka.req.role.rules.resources[A?](L) ka.req.service.type ka.req.service.ports[A?](L)
ka.req.pod.volumes.hostpath[A?](L) ka.req.pod.volumes.flexvolume_driver[A?](L)
ka.req.pod.volumes.volume_type[A?](L) ka.req.volume.hostpath[A!](D) ka.resp.name ka.response.code
ka.response.reason ka.useragent ka.sourceips[A?](L) ka.cluster.name
""".split()  # noqa: SIM905
REFERENCE += [
    f"ka.req.pod.{kind}.{name}[A?](L)"
    for kind in ("containers", "initContainers", "ephemeralContainers")
    for name in (
        "args", "command", "name", "image", "image.repository", "host_port", "privileged",
        "allow_privilege_escalation", "read_only_fs", "run_as_user", "eff_run_as_user",
        "run_as_group", "eff_run_as_group", "proc_mount", "add_capabilities",
    )
]  # fmt: skip

NAMES = [re.split(r"[\[(]", field)[0] for field in REFERENCE]


def written(info: Any) -> str:
    """A field as the reference writes it."""
    argument = {"none": "", "optional": "[A?]", "required": "[A!]"}[info.argument]
    marks = [mark for mark, flag in (("(L)", "list"), ("(D)", "deprecated")) if flag in info.flags]
    return info.name + argument + "".join(marks)


def test_fields_are_those_of_the_reference() -> None:
    fields = [info for info in all_fields() if info.name.startswith("ka.")]
    assert {written(info) for info in fields} == set(REFERENCE)
    assert {info.type for info in fields} == {"charbuf"}
    assert {info.field_class.sources for info in fields} == {("k8s_audit",)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)
def test_field(case: DocumentCase) -> None:
    assert look(case.document, case.field) == [(case.text, case.value)]


def test_an_event_that_says_nothing_of_it_has_no_value() -> None:
    values = dict(zip(FIELDS, look({"auditID": "0"}, *FIELDS), strict=True))
    there = {field: text for field, (text, _) in values.items() if text is not None}
    assert there == {"ka.auditid": "0", "ka.req.binding.subject.has_name[eve]": "true"}


def test_json_of_somebody_else_has_no_value() -> None:
    other = {key: value for key, value in POD.items() if key != "auditID"}
    assert set(look(other, *FIELDS)) == {(None, None)}
    assert set(look({}, *FIELDS)) == {(None, None)}


@pytest.mark.parametrize("wrong", [None, 7, "text", [], {}, [1, "x", [], {}], {"a": 1}], ids=str)
def test_a_value_of_another_type_never_raises(wrong: Any) -> None:
    for top in POD:
        look(POD | {"auditID": "1", top: wrong}, *FIELDS)
    for key in POD_SPEC:
        look(POD | {"requestObject": {"spec": POD_SPEC | {key: wrong}}}, *FIELDS)


def test_an_event_that_is_no_document_has_none() -> None:
    probe = Probe(State())
    view = probe.at(build("getcwd", ts=1, tid=3))
    assert {bind(field).text(view) for field in FIELDS} == {None}


@pytest.mark.parametrize(
    "field",
    [
        "ka.uri.param", "ka.req.volume.hostpath", "ka.verb[1]", f"{CONTAINERS}.image[first]",
        "ka.user.groups[0]",
    ],
)  # fmt: skip
def test_arguments_that_a_field_does_not_take(field: str) -> None:
    with pytest.raises(FieldError):
        bind(field)

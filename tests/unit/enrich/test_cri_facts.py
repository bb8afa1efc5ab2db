# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest

from falcomod.enrich.cri_facts import (
    container_facts,
    digest_in,
    pid_of,
    pod_by_labels,
    pod_of,
    sandbox_facts,
    sandbox_of,
    with_pod,
)
from falcomod.enrich.proto import cri_pb2 as pb
from tests.unit.enrich.proto.recorded import answer

DIGEST = "sha256:" + "5e" * 32
IMAGE_ID = "0c" * 32
POD = "ab" * 32


def info(details: Any) -> list[pb.Pair]:
    return [pb.Pair(key=b"info", value=json.dumps(details).encode())]


def noted(name: str, value: str) -> dict[str, Any]:
    return {"runtimeSpec": {"annotations": {name: value}}}


def pairs(**values: str) -> list[pb.Pair]:
    return [pb.Pair(key=key.encode(), value=value.encode()) for key, value in values.items()]


def container(details: Any = None, **status: Any) -> pb.ContainerStatusResponse:
    status = {"id": b"c" * 64, "metadata": pb.ContainerMetadata(name=b"web")} | status
    return pb.ContainerStatusResponse(status=pb.ContainerStatus(**status), info=info(details))


def sandbox(details: Any = None, **status: Any) -> pb.PodSandboxStatusResponse:
    metadata = pb.PodSandboxMetadata(name=b"shop", namespace=b"prod", uid=b"u-1")
    status = {"id": POD.encode(), "metadata": metadata} | status
    return pb.PodSandboxStatusResponse(status=pb.PodSandboxStatus(**status), info=info(details))


def namespaces(**modes: int) -> pb.LinuxPodSandboxStatus:
    options = pb.NamespaceOption(**modes)  # type: ignore[arg-type]
    return pb.LinuxPodSandboxStatus(namespaces=pb.Namespace(options=options))


def test_a_real_container() -> None:
    pod = sandbox_of(pb.PodSandboxStatusResponse.FromString(answer("sandbox")))
    found = pb.ContainerStatusResponse.FromString(answer("container"))
    assert pod_of(found) == pod.id
    assert pod.is_complete
    facts = container_facts(found, pod)
    uid = facts["pod_uid"]
    assert len(facts.pop("full_id")) == 64
    assert facts.pop("start_ns") > 10**18
    assert len(facts.pop("image_id")) == 64
    assert len(uid) == 36
    kubernetes = {
        "io.kubernetes.pod.name": "shop",
        "io.kubernetes.pod.namespace": "default",
        "io.kubernetes.pod.uid": uid,
    }
    cni = '{"eth0":{"IPConfigs":[{"Gateway":"10.88.0.1","IP":"10.88.0.2"}]}}'
    assert facts == {
        "name": "front",
        "image": "local.test/library/busybox:1.35",
        "image_repository": "local.test/library/busybox",
        "image_tag": "1.35",
        "is_pod_sandbox": False,
        "privileged": False,
        "host_pid": False,
        "host_network": False,
        "host_ipc": False,
        "ip": "10.88.0.2",
        "pod_ip": "10.88.0.2",
        "cni_json": cni,
        "pod_cni_json": cni,
        "pod_name": "shop",
        "pod_namespace": "default",
        "pod_uid": uid,
        "pod_sandbox_id": pod.id[:12],
        "pod_full_sandbox_id": pod.id,
        "pod_labels": {"app": "shop", **kubernetes},
        "labels": {
            "io.kubernetes.container.name": "front",
            "io.kubernetes.sandbox.id": pod.id,
            **kubernetes,
        },
        "annotations": {},
        "mounts": [("/etc", "/host/etc", "", False, "rslave")],
        "env": {"PATH": "/bin", "HOSTNAME": "shop", "A": "B"},
        "ports": ["0.0.0.0:8080->80/tcp"],
    }
    assert pid_of(found.info)


def test_a_real_sandbox() -> None:
    found = pb.PodSandboxStatusResponse.FromString(answer("sandbox"))
    pod = sandbox_of(found)
    facts = sandbox_facts(found, pod)
    assert facts["is_pod_sandbox"]
    assert facts["name"] == facts["pod_name"] == "shop"
    assert facts["full_id"] == facts["pod_full_sandbox_id"] == pod.id
    assert facts["image_repository"] == "local.test/pause"
    assert facts["labels"].items() >= facts["pod_labels"].items()
    assert facts["annotations"] == {"team": "a"}
    assert facts["start_ns"] > 10**18
    assert pid_of(found.info)


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ({}, (False, False, False)),
        ({"network": pb.NODE}, (True, False, False)),
        ({"pid": pb.NODE, "ipc": pb.NODE}, (False, True, True)),
        ({"pid": pb.CONTAINER, "network": pb.POD}, (False, False, False)),
        ({"pid": pb.TARGET, "network": 77}, (False, False, False)),
    ],
)
def test_namespaces_of_the_host(modes: dict[str, int], expected: tuple[bool, ...]) -> None:
    pod = sandbox_of(sandbox(linux=namespaces(**modes)))
    facts = container_facts(container(), pod)
    assert (facts["host_network"], facts["host_pid"], facts["host_ipc"]) == expected


def test_a_pod_without_an_address_is_not_complete() -> None:
    assert not sandbox_of(sandbox()).is_complete
    assert sandbox_of(sandbox(linux=namespaces(network=pb.NODE))).is_complete
    network = pb.PodSandboxNetworkStatus(ip=b"fd00::1")
    assert sandbox_of(sandbox(network=network)).is_complete


@pytest.mark.parametrize(
    ("said", "reference", "details", "expected"),
    [
        (
            "docker.io/library/nginx:1.27",
            f"docker.io/library/nginx@{DIGEST}",
            {"config": {"image": {"image": f"sha256:{IMAGE_ID}"}}},
            ("docker.io/library/nginx:1.27", "docker.io/library/nginx", "1.27", DIGEST, IMAGE_ID),
        ),
        (
            "docker.io/library/nginx:1.27",
            f"sha256:{IMAGE_ID}",
            {},
            ("docker.io/library/nginx:1.27", "docker.io/library/nginx", "1.27", None, IMAGE_ID),
        ),
        (  # pulled by its digest: containerd
            f"sha256:{IMAGE_ID}",
            f"quay.io/a/b@{DIGEST}",
            noted("io.kubernetes.cri.image-name", f"quay.io/a/b@{DIGEST}"),
            (f"quay.io/a/b@{DIGEST}", "quay.io/a/b", None, DIGEST, None),
        ),
        (  # the same: CRI-O
            "",
            f"quay.io/a/b@{DIGEST}",
            noted("io.kubernetes.cri-o.ImageName", "quay.io/a/b:2"),
            ("quay.io/a/b:2", "quay.io/a/b", "2", DIGEST, None),
        ),
        ("", f"quay.io/a/b@{DIGEST}", {}, ("quay.io/a/b", "quay.io/a/b", "latest", DIGEST, None)),
        (f"sha256:{IMAGE_ID}", "", {}, (f"sha256:{IMAGE_ID}", None, None, None, None)),
        ("", "", {}, (None, None, None, None, None)),
        ("", "@", {}, (None, None, None, None, None)),
        ("", "", {"config": {"image": {"image": 5}}}, (None, None, None, None, None)),
        ("", "", {"config": {"image": "x"}}, (None, None, None, None, None)),
    ],
)  # fmt: skip
def test_image(said: str, reference: str, details: Any, expected: tuple[str | None, ...]) -> None:
    found = container(
        details, image=pb.ImageSpec(image=said.encode()), image_ref=reference.encode()
    )
    facts = container_facts(found, None)
    names = ("image", "image_repository", "image_tag", "image_digest", "image_id")
    assert tuple(facts.get(name) for name in names) == expected


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"config": {"linux": {"security_context": {"privileged": True}}}}, True),
        ({"config": {"linux": {"security_context": {}}}}, False),
        ({"privileged": True}, True),  # CRI-O
        ({"privileged": "yes"}, False),
        ({"privileged": 1}, False),
        ({}, False),
        (None, False),
    ],
)
def test_privileged(details: Any, expected: bool) -> None:
    assert container_facts(container(details), None)["privileged"] is expected


def test_mounts() -> None:
    mounts = [
        pb.Mount(host_path=b"/a", container_path=b"/b", readonly=True),
        pb.Mount(host_path=b"/c", container_path=b"/d", propagation=pb.PROPAGATION_BIDIRECTIONAL),
        pb.Mount(host_path=b"/e", container_path=b"/f", propagation=9),  # type: ignore[arg-type]
        pb.Mount(host_path=b"/no-destination"),
        pb.Mount(host_path=b"x" * 10_000, container_path=b"/g"),
    ]
    assert container_facts(container(mounts=mounts), None)["mounts"] == [
        ("/a", "/b", "", False, "private"),
        ("/c", "/d", "", True, "rshared"),
        ("/e", "/f", "", True, "unknown"),
    ]
    many = [pb.Mount(host_path=b"/a", container_path=b"/b")] * 1000
    assert len(container_facts(container(mounts=many), None)["mounts"]) == 256


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"container_port": 80}, ["80/tcp"]),
        ({"container_port": 53, "protocol": 1}, ["53/udp"]),
        ({"container_port": 9, "protocol": 2, "host_port": 99}, ["0.0.0.0:99->9/sctp"]),
        (
            {"container_port": 80, "host_port": 8080, "host_ip": "10.0.0.1"},
            ["10.0.0.1:8080->80/tcp"],
        ),
        ({"container_port": 80, "host_port": 0}, ["80/tcp"]),
        ({"container_port": 80, "host_port": 70_000}, ["80/tcp"]),
        ({"container_port": 80, "protocol": 7}, []),
        ({"container_port": 80, "protocol": "TCP"}, []),
        ({"container_port": True}, []),
        ({"container_port": "80"}, []),
        ({}, []),
        (None, []),
    ],
)
def test_ports(row: Any, expected: list[str]) -> None:
    assert sandbox_of(sandbox({"config": {"port_mappings": [row]}})).ports == expected


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (
            {"cniResult": {"Interfaces": {
                "lo": {"IPConfigs": []}, "veth1": {},
                "net1": {"IPConfigs": [{"IP": "fd00::1"}], "Mac": "aa", "Sandbox": "/x"},
                "eth0": {"IPConfigs": [{"IP": "10.0.0.1", "Gateway": "10.0.0.254"}]},
            }}},
            '{"eth0":{"IPConfigs":[{"Gateway":"10.0.0.254","IP":"10.0.0.1"}]},'
            '"net1":{"IPConfigs":[{"IP":"fd00::1"}]}}',
        ),
        ({"cniResult": {"Interfaces": {"lo": {}}}}, None),
        ({"cniResult": {"Interfaces": {"eth0": {"a": "x" * 10_000}}}}, None),
        ({"cniResult": {"Interfaces": {"eth0": 5}}}, '{"eth0":{}}'),
        ({"cniResult": {"Interfaces": []}}, None),
        ({"cniResult": None}, None),
        (noted("io.kubernetes.cri-o.CNIResult", '{"ips":[]}'), '{"ips":[]}'),
        (None, None),
    ],
)  # fmt: skip
def test_cni_result(details: Any, expected: str | None) -> None:
    assert sandbox_of(sandbox(details)).facts.get("cni_json") == expected


def test_environment_of_a_runtime_that_tells_no_specification() -> None:
    rows = [{"key": "A", "value": "1"}, {"key": "B"}, {"value": "x"}, 5, {"key": 5, "value": 6}]
    found = container({"config": {"envs": rows}})
    assert container_facts(found, None)["env"] == {"A": "1", "B": ""}


def test_probes_of_the_pod() -> None:
    command = {"exec": {"command": ["/bin/check", "-q"]}}
    spec = {"containers": [{"name": "web", "livenessProbe": command}]}
    # Far longer than any fact may be.
    manifest = json.dumps({"spec": spec, "pad": "x" * 100_000})
    note = pb.Pair(key=b"kubectl.kubernetes.io/last-applied-configuration", value=manifest.encode())
    facts = container_facts(container(), sandbox_of(sandbox(annotations=[note])))
    assert facts["liveness_probe"] == ("/bin/check", ["-q"])
    assert "readiness_probe" not in facts


def test_a_container_whose_pod_is_not_known() -> None:
    words = [
        pb.Pair(key=f"io.kubernetes.pod.{key}".encode(), value=value)
        for key, value in (("name", b"shop"), ("namespace", b"prod"), ("uid", b"u-1"))
    ]
    facts = container_facts(container(labels=words), None)
    assert (facts["pod_name"], facts["pod_namespace"], facts["pod_uid"]) == ("shop", "prod", "u-1")
    assert "host_network" not in facts


def test_labels_are_bounded() -> None:
    found = container(labels=pairs(short="x", long="x" * 101, empty="", huge="x" * 10_000_000))
    assert container_facts(found, None)["labels"] == {"short": "x", "empty": ""}


def test_labels_that_falco_adds() -> None:
    facts = {"pod_name": "shop", "pod_uid": None}
    assert with_pod({"a": "b"}, facts) == {"a": "b", "io.kubernetes.pod.name": "shop"}
    assert pod_by_labels({"io.kubernetes.pod.name": "shop", "io.kubernetes.pod.uid": ""}) == {
        "pod_name": "shop"
    }


@pytest.mark.parametrize(
    ("details", "expected"),
    [({"pid": 7}, 7), ({"pid": 0}, None), ({"pid": -1}, None), ({"pid": True}, None),
     ({"pid": "7"}, None), ({"pid": 1 << 40}, None), ([], None), (None, None)],
)  # fmt: skip
def test_first_process(details: Any, expected: int | None) -> None:
    assert pid_of(container(details).info) == expected


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"sandboxID": POD}, POD),
        ({"runtimeSpec": {"annotations": {"io.kubernetes.cri-o.SandboxID": POD}}}, POD),
        ({"runtimeSpec": {"annotations": []}}, None),
        (None, None),
    ],
)
def test_pod_of_a_container(details: Any, expected: str | None) -> None:
    assert pod_of(container(details)) == expected


def test_digest_in_a_reference() -> None:
    assert digest_in(f"quay.io/a/b@{DIGEST}".encode()) == DIGEST
    assert digest_in(b"quay.io/a/b:1") is None
    assert digest_in(b"\xff@x") is None


@pytest.mark.parametrize(
    "value", [b"", b"{", b"[]", b"null", b'"x"', b"[" * 100_000, b"\xff", b'{"config": 5}']
)
def test_details_of_any_shape(value: bytes) -> None:
    pair = [pb.Pair(key=b"info", value=value)]
    found = pb.PodSandboxStatusResponse(info=pair)
    pod = sandbox_of(found)
    assert sandbox_facts(found, pod)["is_pod_sandbox"]
    assert container_facts(pb.ContainerStatusResponse(info=pair), pod)["env"] == {}

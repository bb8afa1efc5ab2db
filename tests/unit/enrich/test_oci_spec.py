# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

from falcomod.enrich.oci_spec import annotation_of, cgroup_of, environment_of, spec_facts

NAMESPACES = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network")]
SYSFS = {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "ro"]}
PROC = {"destination": "/proc", "type": "proc", "source": "proc"}


def spec(**linux: Any) -> dict[str, Any]:
    return {
        "process": {"args": ["/bin/sh"], "env": ["PATH=/bin", "EMPTY=", "A=b=c", "ODD"]},
        "mounts": [PROC, SYSFS],
        "annotations": {"note": "x" * 300},
        "linux": {"namespaces": NAMESPACES, "maskedPaths": ["/proc/kcore"], **linux},
    }


def test_an_ordinary_container() -> None:
    assert spec_facts(spec()) == {
        "mounts": [],
        "env": {"PATH": "/bin", "EMPTY": "", "A": "b=c", "ODD": ""},
        "annotations": {"note": "x" * 300},
        "privileged": False,
        "host_pid": False,
        "host_network": False,
        "host_ipc": False,
    }


@pytest.mark.parametrize(
    ("missing", "fact"), [("pid", "host_pid"), ("network", "host_network"), ("ipc", "host_ipc")]
)
def test_a_namespace_that_is_not_listed_is_the_host_s(missing: str, fact: str) -> None:
    facts = spec_facts(spec(namespaces=[row for row in NAMESPACES if row["type"] != missing]))
    flags = {name: facts[name] for name in ("host_pid", "host_network", "host_ipc")}
    assert flags == {name: name == fact for name in flags}


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        (
            {"destination": "/mnt", "type": "bind", "source": "/etc", "options": ["rbind", "ro"]},
            [("/etc", "/mnt", "", False, "")],
        ),
        (
            {"destination": "/mnt", "source": "/a", "options": ["bind", "rslave", "mode=755"]},
            [("/a", "/mnt", "755", True, "rslave")],
        ),
        ({"destination": "/mnt", "type": "bind", "source": "/a"}, [("/a", "/mnt", "", True, "")]),
        ({"destination": "/dev", "type": "tmpfs", "source": "tmpfs"}, []),
        ({"destination": "/mnt", "type": "bind"}, []),
        ({"destination": 5, "type": "bind", "source": "/a"}, []),
        ({"destination": "/mnt", "type": "bind", "source": "/a", "options": [5, None, {}]},
         [("/a", "/mnt", "", True, "")]),
        ({"destination": "/mnt", "type": {}, "source": "/a", "options": "bind"}, []),
        ("bind", []),
        (None, []),
    ],
)  # fmt: skip
def test_mounts(mount: Any, expected: list[Any]) -> None:
    assert spec_facts({"mounts": [PROC, mount], "linux": {}})["mounts"] == expected


def test_mounts_have_the_propagation_of_the_root() -> None:
    mount = {"destination": "/mnt", "type": "bind", "source": "/a"}
    facts = spec_facts({"mounts": [mount], "linux": {"rootfsPropagation": "rshared"}})
    assert facts["mounts"] == [("/a", "/mnt", "", True, "rshared")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"linux": {"maskedPaths": ["/proc/kcore"]}}, False),
        ({"linux": {"readonlyPaths": ["/proc/sys"]}}, False),
        ({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO"}}}, False),
        ({"process": {"apparmorProfile": "cri-containerd.apparmor.d"}}, False),
        ({"process": {"apparmorProfile": "unconfined"}}, True),
        ({"process": {"selinuxLabel": "system_u:system_r:container_t:s0"}}, False),
        ({"mounts": [SYSFS]}, False),
        ({"mounts": [{**SYSFS, "options": ["rw"]}]}, True),
        ({"linux": None}, False),
        ({"linux": {}}, False),
    ],
)
def test_privileged(changed: dict[str, Any], expected: bool) -> None:
    document: dict[str, Any] = {"process": {}, "mounts": [PROC], "linux": {"namespaces": []}}
    assert spec_facts(document | changed)["privileged"] is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("/default/web", "/default/web"),
        ("/kubepods/besteffort/pod1/abc", "/kubepods/besteffort/pod1/abc"),
        ("system.slice:docker:abc", "/system.slice/docker-abc.scope"),
        (":nerdctl:abc", "/system.slice/nerdctl-abc.scope"),
        ("-.slice:x:abc", "/x-abc.scope"),
        ("a.slice::abc.slice", "/a.slice/abc.slice"),
        ("a.slice::abc", "/a.slice/abc"),
        (
            "kubepods-burstable-pod1_2.slice:cri-containerd:abc",
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice"
            "/cri-containerd-abc.scope",
        ),
        ("relative", None),
        ("a:b", None),
        ("a:b:", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_control_group(said: object, expected: str | None) -> None:
    assert cgroup_of({"linux": {"cgroupsPath": said}}) == expected


def test_annotation() -> None:
    assert annotation_of(spec(), "note") == "x" * 300
    assert annotation_of(spec(), "other") is None
    assert annotation_of({"annotations": []}, "note") is None


@pytest.mark.parametrize(
    "document",
    [
        {"process": [], "mounts": {}, "annotations": [], "linux": []},
        {"process": None, "mounts": None, "annotations": None, "linux": None},
        {"process": {"env": "PATH=/bin"}, "mounts": "x", "annotations": 1, "linux": "y"},
        {"process": {"env": [None, 5, {}]}, "mounts": [[]], "linux": {"namespaces": [[], 5]}},
        {"linux": {"namespaces": [{"type": []}], "rootfsPropagation": {}}},
    ],
)
def test_a_specification_of_another_shape(document: dict[str, Any]) -> None:
    facts = spec_facts(document)
    assert (facts["mounts"], facts["env"], facts["annotations"]) == ([], {}, {})
    assert cgroup_of(document) is None


def test_no_specification_tells_nothing() -> None:
    assert spec_facts({}) == {}
    assert environment_of({}) == {}

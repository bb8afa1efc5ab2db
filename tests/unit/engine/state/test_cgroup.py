# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from falcomod.engine.state.cgroup import container_id, prefixes

ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
OTHER = "f" * 64
POD = "pod05869489-8c7f-45dc-9abd-1b1620787bb1"

# The prefix that the case is about, and the path.
PATHS = [
    ("", f"/docker/{ID}"),
    ("", f"/kubepods/besteffort/{POD}/{ID}"),
    ("", f"/ecs/c96ba2b1b9c24d3e9d5a3d4a0c6e3d7e/{ID}"),
    ("", f"/docker/{OTHER}/docker/{ID}"),
    ("", f"/docker/{ID}/system.slice/ssh.service"),
    ("", f"/kubelet.slice/kubelet-kubepods.slice:cri-containerd:{ID}"),
    ("docker-", f"/system.slice/docker-{ID}.scope"),
    ("docker-", f"/kubepods.slice/kubepods-burstable.slice/{POD}.slice/docker-{ID}.scope"),
    ("cri-containerd-", f"/kubepods.slice/{POD}.slice/cri-containerd-{ID}.scope"),
    ("cri-containerd-", f"/docker/{OTHER}/kubepods.slice/{POD}.slice/cri-containerd-{ID}.scope"),
    ("crio-", f"/kubepods.slice/{POD}.slice/crio-{ID}.scope"),
    ("libpod-", f"/machine.slice/libpod-{ID}.scope/container"),
    ("libpod-", f"/libpod_parent/libpod-{ID}"),
    ("nerdctl-", f"/system.slice/nerdctl-{ID}.scope"),
]


@pytest.mark.parametrize(("prefix", "path"), PATHS, ids=[path for _, path in PATHS])
def test_id_in_path(prefix: str, path: str) -> None:
    assert prefix in prefixes()
    assert container_id(f"memory={path}\0".encode()) == ID[:12]


def test_every_prefix_has_a_case() -> None:
    assert {prefix for prefix, _ in PATHS} == set(prefixes())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/user.slice/user-1000.slice/session-3.scope",
        f"/machine.slice/libpod-conmon-{ID}.scope",
        f"/kubepods.slice/crio-conmon-{ID}.scope",
        f"/docker/{ID[:-1]}",
        f"/docker/{ID[:-1]}G",
        f"/docker/{ID}0",
        f"/other-{ID}.scope",
        ".scope",
    ],
)
def test_host_paths(path: str) -> None:
    assert container_id(f"memory={path}\0".encode()) == ""


def test_first_entry_that_names_a_container_counts() -> None:
    entries = f"cpuset=/\0cpu=/docker/{ID}\0memory=/docker/{OTHER}\0"
    assert container_id(entries.encode()) == ID[:12]


@pytest.mark.parametrize("cgroups", [b"", b"\0", b"=", b"memory", b"memory=", b"\0\0=/\0"])
def test_malformed_lists_are_the_host(cgroups: bytes) -> None:
    assert container_id(cgroups) == ""


def test_list_without_final_nul() -> None:
    assert container_id(f"memory=/docker/{ID}".encode()) == ID[:12]

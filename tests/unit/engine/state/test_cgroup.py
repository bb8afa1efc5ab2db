# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcomod.engine.state.cgroup import container_id, container_name, forms, kind_words

ID = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
OTHER = "f" * 64
UID = "05869489-8c7f-45dc-9abd-1b1620787bb1"
STATIC_UID = "c96ba2b1b9c24d3e9d5a3d4a0c6e3d7e"
SLICE = f"kubepods-burstable-pod{UID.replace('-', '_')}.slice"
BURSTABLE = f"/kubepods.slice/kubepods-burstable.slice/{SLICE}"
USER = "/user.slice/user-1000.slice/user@1000.service"
TASK = "cd189a933e5849daa93386466019ab50"
FARGATE = f"{TASK}-2495160603"
BUILD = "n1k8m2x0q4v7zpl3c5wyt6r9j"
HANDLE = "2f57368b-0eda-4e52-64d8-af5c"
NO_ESCAPES = "odd\\x00\\x2f\\x2\\xzz"

# The rows of the tables of cgroup.pyx that are digits alone, by what stands before them.
BARE = "64 digits"
DOCKER = "docker-64 digits"
CRI = "cri-containerd-64 digits"
CRIO = "crio-64 digits"
LIBPOD = "libpod-64 digits"
PAYLOAD = "libpod-payload-64 digits"
NERDCTL = "nerdctl-64 digits"
SCOPE = "machine.slice/machine-….scope"
LIBVIRT = "machine.slice/machine-lxc\\x2d….scope"

# The row that the case is about, the kind, the path, and the container's id where it is not ID.
PATHS = [
    # Docker: cgroupfs, systemd, in a slice of one's own, in itself, with systemd within
    (BARE, "docker", f"/docker/{ID}", ID),
    (DOCKER, "docker", f"/system.slice/docker-{ID}.scope", ID),
    (DOCKER, "docker", f"/web.slice/docker-{ID}.scope/init", ID),
    (BARE, "docker", f"/docker/{OTHER}/docker/{ID}", ID),
    (BARE, "docker", f"/docker/{ID}/system.slice/ssh.service", ID),
    (DOCKER, "docker", f"{USER}/user.slice/docker-{ID}.scope", ID),
    (BARE, "", f"/web/{ID}", ID),
    (BARE, "", f"/{ID}", ID),
    (BARE, "", ID, ID),
    # Seen from another cgroup namespace
    (BARE, "docker", f"/../../docker/{ID}", ID),
    # Kubernetes: both drivers of each runtime
    (BARE, "kubepods", f"/kubepods/besteffort/pod{UID}/{ID}", ID),
    (BARE, "kubepods", f"/kubepods/pod{UID}/{ID}", ID),
    (BARE, "kubepods", f"/kubepods/burstable/pod{STATIC_UID}/{ID}", ID),
    (BARE, "kubepods", f"/k3s/kubepods/besteffort/pod{UID}/{ID}", ID),
    (DOCKER, "docker", f"{BURSTABLE}/docker-{ID}.scope", ID),
    (CRI, "cri-containerd", f"{BURSTABLE}/cri-containerd-{ID}.scope", ID),
    (CRI, "cri-containerd", f"/kubelet.slice{BURSTABLE}/cri-containerd-{ID}.scope", ID),
    (CRIO, "crio", f"{BURSTABLE}/crio-{ID}.scope", ID),
    (CRIO, "crio", f"{BURSTABLE}/crio-{ID}.scope/container", ID),
    (CRIO, "crio", f"/kubepods/besteffort/pod{UID}/crio-{ID}", ID),
    # … containerd with the driver of systemd, runc without
    (CRI, "cri-containerd", f"/{SLICE}:cri-containerd:{ID}", ID),
    (CRI, "cri-containerd", f"/system.slice/containerd.service/{SLICE}:cri-containerd:{ID}", ID),
    (CRIO, "crio", f"/x.slice:crio:{ID}", ID),
    (BARE, "", f"/x.slice:other:{ID}", ID),
    # … in a container: kind
    (CRI, "cri-containerd", f"/docker/{OTHER}{BURSTABLE}/cri-containerd-{ID}.scope", ID),
    (BARE, "kubepods", f"/system.slice/docker-{OTHER}.scope/kubelet/kubepods/pod{UID}/{ID}", ID),
    # … with a container in a pod's container
    (BARE, "docker", f"{BURSTABLE}/cri-containerd-{OTHER}.scope/docker/{ID}", ID),
    # podman
    (LIBPOD, "libpod", f"/machine.slice/libpod-{ID}.scope", ID),
    (LIBPOD, "libpod", f"/machine.slice/libpod-{ID}.scope/container", ID),
    (LIBPOD, "libpod", f"{USER}/user.slice/libpod-{ID}.scope/container", ID),
    (LIBPOD, "libpod", f"/machine.slice/machine-libpod_pod_{OTHER}.slice/libpod-{ID}.scope", ID),
    (LIBPOD, "libpod", f"/libpod_parent/libpod-{ID}", ID),
    (PAYLOAD, "libpod", f"/system.slice/web.service/libpod-payload-{ID}", ID),
    (PAYLOAD, "libpod", f"{USER}/app.slice/web.service/libpod-payload-{ID}/container", ID),
    # containerd without Kubernetes
    (NERDCTL, "nerdctl", f"/system.slice/nerdctl-{ID}.scope", ID),
    (NERDCTL, "nerdctl", f"{USER}/user.slice/nerdctl-{ID}.scope", ID),
    ("default/…", "containerd", f"/default/{ID}", ID),
    ("default/…", "containerd", "/default/my.shell_1", "my.shell_1"),
    ("default/…", "containerd", "/default/shell/system.slice/ssh.service", "shell"),
    ("default/…", "containerd", "default/shell", "shell"),
    ("default/…", "containerd", f"/docker/{OTHER}/default/shell", "shell"),
    ("k8s.io/…", "containerd", "/k8s.io/shell", "shell"),
    # LXC 2, 3 and 4; of an unprivileged user, in itself
    ("lxc/…", "lxc", "/lxc/web", "web"),
    ("lxc/…", "lxc", "/lxc/100/ns/init.scope", "100"),
    ("lxc.payload/…", "lxc", "/lxc.payload/web/system.slice/ssh.service", "web"),
    ("lxc.payload.…", "lxc", "/lxc.payload.web", "web"),
    ("lxc.payload.…", "lxc", f"{USER}/lxc.payload.web-1/init.scope", "web-1"),
    ("lxc.payload.…", "lxc", "/lxc.payload.outer/lxc.payload.inner/init.scope", "inner"),
    ("lxc.payload.…", "lxc", "/lxc.payload.outer/lxc.monitor.inner", "outer"),
    # nspawn
    ("systemd-nspawn@….service", "nspawn", "/machine.slice/systemd-nspawn@web.service", "web"),
    (
        "systemd-nspawn@….service",
        "nspawn",
        "/machine.slice/systemd-nspawn@my\\x2dbox.service/payload/init.scope",
        "my-box",
    ),
    (SCOPE, "nspawn", "/machine.slice/machine-web.scope/payload", "web"),
    (SCOPE, "nspawn", "/machine.slice/machine-my\\x2dbox.scope", "my-box"),
    (SCOPE, "nspawn", f"/machine.slice/machine-{NO_ESCAPES}.scope", NO_ESCAPES),
    # libvirt's driver for containers: before 1.3, since then, and without systemd
    (LIBVIRT, "libvirt-lxc", "/machine.slice/machine-lxc\\x2dweb\\x2d1.scope", "web-1"),
    (LIBVIRT, "libvirt-lxc", "/machine.slice/machine-lxc\\x2d229\\x2dmy\\x2dbox.scope", "my-box"),
    (LIBVIRT, "libvirt-lxc", "/machine.slice/machine-lxc\\x2d104.scope/init.scope", "104"),
    ("libvirt/lxc/…", "libvirt-lxc", "/libvirt/lxc/web", "web"),
    ("libvirt/lxc/…", "libvirt-lxc", "/system.slice/libvirtd.service/libvirt/lxc/web", "web"),
    ("….libvirt-lxc", "libvirt-lxc", "/machine/web.libvirt-lxc", "web"),
    # Amazon ECS
    (BARE, "ecs", f"/ecs/{STATIC_UID}/{ID}", ID),
    (DOCKER, "docker", f"/ecstasks.slice/ecstasks-{TASK}.slice/docker-{ID}.scope", ID),
    ("…", "ecs", f"/ecs/{TASK}/{FARGATE}", FARGATE),
    # Builds, by BuildKit and within Docker
    ("buildkit/…", "buildkit", f"/buildkit/{BUILD}", BUILD),
    ("buildkit/…", "buildkit", f"/docker/buildkit/{BUILD}", BUILD),
    ("docker-….scope", "buildkit", f"/system.slice/docker-{BUILD}.scope", BUILD),
    # Cloud Foundry
    ("garden/…", "garden", f"/garden/{UID}", UID),
    ("garden/good/…", "garden", f"/system.slice/garden.service/garden/good/{HANDLE}", HANDLE),
    ("garden/bad/…", "garden", f"/system.slice/garden.service/garden/bad/{HANDLE}", HANDLE),
    ("bpm-…", "bpm", "/system.slice/runc-bpm.service/bpm-router", "router"),
    ("bpm-…", "bpm", "/system.slice/bpm-router.scope", "router"),
]  # fmt: skip


def of_host(cgroups: bytes) -> bool:
    return container_name(cgroups) is None and container_id(cgroups) == ""


@pytest.mark.parametrize(
    ("form", "kind", "path", "id"), PATHS, ids=[path for _, _, path, _ in PATHS]
)
def test_container_in_path(form: str, kind: str, path: str, id: str) -> None:
    cgroups = f"memory={path}\0".encode()
    name = container_name(cgroups)
    assert name is not None
    assert name[:2] == (id, kind)
    assert container_id(cgroups) == id[:12]
    assert form in {form for _, form in forms()}


def test_every_form_has_a_case() -> None:
    assert {form for form, _, _, _ in PATHS} == {form for _, form in forms()}


def test_every_kind_has_a_case() -> None:
    assert {kind for _, kind, _, _ in PATHS} == set(kind_words())


@pytest.mark.parametrize(
    ("path", "uid"),
    [
        (f"/kubepods/besteffort/pod{UID}/{ID}", UID),
        (f"/kubepods/pod{UID}/crio-{ID}", UID),
        (f"/kubepods/burstable/pod{STATIC_UID}/{ID}", STATIC_UID),
        (f"{BURSTABLE}/cri-containerd-{ID}.scope", UID),
        (f"/kubepods.slice/kubepods-pod{STATIC_UID}.slice/crio-{ID}.scope", STATIC_UID),
        (f"/kubelet.slice/kubelet-{SLICE}/docker-{ID}.scope", UID),
        (f"/{SLICE}:cri-containerd:{ID}", UID),
        (f"{BURSTABLE}/cri-containerd-{OTHER}.scope/docker/{ID}", UID),
        (f"/docker/{OTHER}/kubepods/pod{UID}/{ID}/system.slice/ssh.service", UID),
        (f"/kubepods/pod{OTHER[:32]}/{OTHER}/kubepods/pod{UID}/{ID}", UID),
        (f"/docker/{ID}", ""),
        (f"/machine.slice/machine-libpod_pod_{OTHER}.slice/libpod-{ID}.scope", ""),
        (f"/kubepods/pod{UID[1:]}/{ID}", ""),
        (f"/kubepods/pod{UID}0/{ID}", ""),
        (f"/kubepods/xpod{UID}/{ID}", ""),
        (f"/kubepods/pod{UID.upper()}/{ID}", ""),
        (f"/docker/{ID}/pod{UID}", ""),
    ],
)  # fmt: skip
def test_pod_in_path(path: str, uid: str) -> None:
    name = container_name(f"memory={path}\0".encode())
    assert name is not None
    assert (name[0], name[2]) == (ID, uid)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "//",
        "/init.scope",
        "/system.slice/ssh.service",
        "/system.slice/system-getty.slice/getty@tty1.service",
        "/system.slice/docker.service",
        "/system.slice/buildkit.service",
        "/system.slice/bpm-agent.service",
        "/user.slice/user-1000.slice/session-3.scope",
        "/user.slice/user-1000.slice/user@1000.service/user.slice/podman-1234.scope",
        "/system.slice/web.service/runtime",
        # monitors
        f"/machine.slice/libpod-conmon-{ID}.scope",
        f"/kubepods.slice/crio-conmon-{ID}.scope",
        f"/x.slice:crio-conmon:{ID}",
        "/lxc.monitor.web",
        "/lxc.monitor/web",
        "/machine.slice/systemd-nspawn@web.service/supervisor",
        "/machine.slice/machine-web.scope/supervisor",
        # parents of containers
        "/docker",
        "/docker/buildkit",
        "/lxc",
        "/lxc/",
        "/lxc.payload.",
        "/default",
        "/garden/good",
        "/machine.slice",
        "/machine.slice/machine-.scope",
        "/bpm-.scope",
        f"/kubepods/besteffort/pod{UID}",
        BURSTABLE,
        # not quite
        f"/docker/{ID[:-1]}",
        f"/docker/{ID[:-1]}G",
        f"/docker/{ID}0",
        f"/docker/{ID.upper()}",
        f"/other-{ID}.scope",
        f"/system.slice/docker-{ID}.mount",
        f"/system.slice/docker-{BUILD}0.scope",
        f"/ecs/{TASK}/{TASK}-",
        f"/ecs/{TASK}/{TASK}-24951606031",
        f"/ecs/{TASK}/{TASK}-x",
        "/system.slice/web.service/default/cache",
        "/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator",
        "/system.slice/machine-web.scope",
        "/lxc.payload.caf\u00e9",
        "/lxc/a\tb",
        ".scope",
        ".libvirt-lxc",
        ":",
        f":{ID[1:]}",
    ],
)
def test_host_paths(path: str) -> None:
    assert of_host(f"memory={path}\0".encode())


def test_first_entry_that_names_a_container_counts() -> None:
    entries = f"cpuset=/\0pids=/\0cpu=/docker/{ID}\0memory=/docker/{OTHER}\0"
    assert container_id(entries.encode()) == ID[:12]


def test_unified_hierarchy_is_as_the_others() -> None:
    names = ("cpuset", "cpu", "cpuacct", "io", "memory")
    for path, id in (("/lxc/web", "web"), ("/system.slice/ssh.service", "")):
        assert container_id("".join(f"{name}={path}\0" for name in names).encode()) == id


@pytest.mark.parametrize("cgroups", [b"", b"\0", b"=", b"memory", b"memory=", b"\0\0=/\0"])
def test_malformed_lists_are_the_host(cgroups: bytes) -> None:
    assert of_host(cgroups)


def test_list_without_final_nul() -> None:
    assert container_id(f"memory=/docker/{ID}".encode()) == ID[:12]


WORDS = [
    part
    for _, _, path, _ in PATHS
    for part in path.replace("/", "\n/\n").replace("-", "\n-\n").replace("\\", "\n\\").split("\n")
]


@given(st.lists(st.one_of(st.sampled_from([*WORDS, "=", "\0", ":"]), st.text(max_size=3))))
def test_whatever_is_named_is_printable(parts: list[str]) -> None:
    cgroups = ("memory=/" + "".join(parts)).encode("utf-8", "surrogatepass")
    name = container_name(cgroups)
    assert container_id(cgroups) == ("" if name is None else name[0][:12])
    if name is not None:
        id, kind, uid = name
        assert id
        assert all("!" <= letter <= "~" and letter != "/" for letter in id)
        assert kind in kind_words()
        assert len(uid) in (0, 32, 36)


@given(st.binary(max_size=300))
def test_no_bytes_are_too_wrong(cgroups: bytes) -> None:
    container_name(cgroups)

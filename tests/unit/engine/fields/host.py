# SPDX-License-Identifier: Apache-2.0
"""The host that tests of fields look at, and what one case of a field is.

    systemd(1) ── sshd(50) ── bash(100) ── cat(200), with a second thread 201
               └─ shim(290) ── nginx(300, 1 in its container) ── sh(307, 7 in it)

cat has descriptors of every kind, each number below.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import Any, NamedTuple

from falcomod.engine.fields.probe import Probe
from falcomod.engine.fields.registry import bind
from falcomod.engine.state.tables import FD_TYPES, State
from tests.record_builder import build

SECOND = 1_000_000_000
TS = 1_700_000_000_012_345_678  # 2023-11-14T22:13:20.012345678Z
BOOT = TS - 1000 * SECOND

CONTAINER = "0123456789ab" + "c" * 52

SANDBOX = "63060edc2d3a" + "b" * 52

CONTAINER_FACTS = {
    "full_id": CONTAINER, "type": "cri-o", "name": "web", "image": "nginx:1.27",
    "image_id": "0ca0fed353fb", "image_repository": "docker.io/library/nginx",
    "image_tag": "1.27", "image_digest": "sha256:b9ff", "ip": "172.17.0.2",
    "privileged": True, "host_pid": False, "host_network": True,
    "start_ns": TS - 9 * SECOND,
    "labels": {"team": "ada", "io.kubernetes.pod.name": "web-0", "flag": ""},
    "annotations": {"org.example/owner": "eve", "io.kubernetes.container.hash": "d1", "on": ""},
    "env": {"PATH": "/bin:/usr/bin", "EMPTY": ""}, "ports": ["0.0.0.0:8080->80/tcp", "443/tcp"],
    "mounts": [
        ("/usr/share", "/data", "ro", False, "rprivate"), ("/srv/x", "/x", "", True, "rslave"),
    ],
    "healthcheck": ("curl", ["-f", "localhost"]), "liveness_probe": ("true", []),
    "pod_name": "web-0", "pod_namespace": "shop", "pod_uid": "3e41dc6b",
    "pod_sandbox_id": SANDBOX[:12], "pod_full_sandbox_id": SANDBOX,
}  # fmt: skip
SANDBOX_FACTS = {
    "name": "sandbox",
    "ip": "10.0.0.7",
    "cni_json": '{"ips": []}',
    "is_pod_sandbox": True,
    "pod_labels": {"app.kubernetes.io/name": "shop", "io.kubernetes.pod.uid": "3e41dc6b"},
}

FILE, PIPE, ROOT_FILE, DIRECTORY, CLIENT, SERVER, LISTENING, UNIX, EPOLL, REFUSED = range(3, 13)

POD_FACTS = {
    "name": "web-0", "namespace": "shop", "ip": "10.0.0.7",
    "labels": {"app.kubernetes.io/name": "shop", "2": "two"},
    "namespace_uid": "0f0f", "namespace_labels": {"team": "ada", "flag": ""},
    "deployment": {"name": "web", "uid": "d1", "labels": {"tier": "front", "a/b": "c"}},
    "replica_set": {"name": "web-7d4b", "uid": "r1", "labels": {"hash": "7d4b"}},
    "services": [
        {"name": "web", "uid": "s1", "labels": {"tier": "front", "x": "1"}},
        {"name": "web-admin", "uid": "s2", "labels": {"tier": "back"}},
        {"name": "web-none", "uid": "s3"},
    ],
}  # fmt: skip

# An event of cat that is about nothing known.
NOTHING = build("getdents64", ts=TS, tid=200, res=0, fd=99)


class Case(NamedTuple):
    """A field of one record: what is printed and what JSON has; None: there is no value."""

    field: str
    record: bytes
    text: str | None
    value: Any


def of_cat(field: str, text: str | None, value: Any = ...) -> Case:
    """A case whose event does not matter, only that cat makes the call."""
    return Case(field, NOTHING, text, text if value is ... else value)


def of_fd(number: int, field: str, text: str | None, value: Any = ...) -> Case:
    """A case of one of cat's descriptors."""
    record = build("fchmod", ts=TS, tid=200, res=0, fd=number, mode=0)
    return Case(field, record, text, text if value is ... else value)


def host() -> Probe:
    """A probe with the host above."""
    state = State()
    state.set_users(
        {0: ("root", "/root", "/bin/bash"), 1000: ("ada", "/home/ada", "/bin/zsh")},
        {0: "root", 1000: "adas"},
    )
    _seed(state, 1, 0, "systemd", exepath="/usr/lib/systemd/systemd", start_ns=BOOT)
    _seed(
        state, 50, 1, "sshd", exepath="/usr/sbin/sshd", start_ns=BOOT + SECOND,
        env=["LANG=C", "PATH=/bin"],
    )  # fmt: skip
    _seed(
        state, 100, 50, "bash", exe="-bash", exepath="/usr/bin/bash", tty=34816, uid=1000,
        start_ns=TS - 10 * SECOND,
    )  # fmt: skip
    _seed_cat(state)
    _seed(state, 290, 1, "shim")
    _seed(state, 300, 290, "nginx", vpid=1, sid=1, vpgid=1, exepath="/usr/sbin/nginx")
    _seed(
        state, 307, 300, "sh", vpid=7, vtid=7, sid=1, vpgid=7, pgid=307, uid=4242, gid=4242,
        cgroups=[f"cpu=/docker/{CONTAINER}"],
    )  # fmt: skip
    state.set_container(CONTAINER, CONTAINER_FACTS)
    state.set_container(SANDBOX, SANDBOX_FACTS)
    state.set_pod(CONTAINER_FACTS["pod_uid"], POD_FACTS)
    state.set_domains({
        "www.example.com": [_ip("93.184.216.34")],
        "client.example.com": [_ip("fd00::2")],
        "v6.example.com": [_ip("fd00::2"), _ip("fd00::9")],
    })  # fmt: skip
    return Probe(state)


def look(probe: Probe, case: Case) -> tuple[str | None, Any]:
    """The text and the value of a case's field."""
    view = probe.at(case.record, cpu=3)
    ref = bind(case.field)
    return ref.text(view), ref.value(view)


def _seed(state: State, pid: int, ppid: int, comm: str, **facts: Any) -> None:
    known = {
        "pid": pid, "ptid": ppid, "vtid": pid, "vpid": pid, "sid": pid, "vpgid": pid,
        "pgid": pid, "uid": 0, "gid": 0, "comm": comm, "exe": comm, "args": [], "cwd": "/",
    }  # fmt: skip
    assert state.seed_thread(tid=pid, **(known | facts))


def _seed_cat(state: State) -> None:
    facts = {
        "exe": "cat", "exepath": "/usr/bin/cat", "args": ["-n", "/etc/pass wd"],
        "env": ["HOME=/home/ada", "HOMES=no", "EMPTY="], "cwd": "/home/ada", "uid": 1000,
        "gid": 1000, "loginuid": 1000, "sid": 100, "vpgid": 200, "pgid": 200, "tty": 34816,
        "fdlimit": 1024, "start_ns": TS - 3 * SECOND, "exe_ino": 77,
        "exe_ino_ctime_ns": TS - 5 * SECOND, "exe_ino_mtime_ns": TS - 6 * SECOND,
        "exe_flags": 0b0101, "cap_permitted": 1 << 21 | 1, "cap_effective": 1 << 40,
        "vm_size_kb": 9000, "vm_rss_kb": 800, "vm_swap_kb": 70, "pfmajor": 5, "pfminor": 6,
        "pidns_init_start_ns": 12345, "cgroups": ["cpu=/user.slice", "memory=/user.slice/m"],
    }  # fmt: skip
    _seed(state, 200, 100, "cat", **facts)
    facts |= {"pid": 200, "ptid": 100, "vpid": 200, "vtid": 201, "comm": "cat-reader"}
    assert state.seed_thread(tid=201, **facts)
    for number, row in _DESCRIPTORS.items():
        assert state.seed_fd(200, number, **row)


def _ip(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


_DESCRIPTORS: dict[int, dict[str, Any]] = {
    0: {"type": FD_TYPES["file"], "name": "/dev/pts/0"},
    1: {"type": FD_TYPES["pipe"], "name": "pipe:[5]"},
    2: {"type": FD_TYPES["unix"], "name": "/run/log"},
    FILE: {
        "type": FD_TYPES["file"], "name": "/etc/ssh/keys", "dev": 0x0080_0103, "ino": 42,
        "open_flags": 0x8001,
    },
    PIPE: {"type": FD_TYPES["pipe"], "name": "pipe:[8]", "ino": 8},
    ROOT_FILE: {"type": FD_TYPES["file"], "name": "/vmlinuz"},
    DIRECTORY: {"type": FD_TYPES["directory"], "name": "/srv/data"},
    CLIENT: {
        "type": FD_TYPES["ipv4"], "family": 2, "l4proto": 2, "role": 1, "is_connected": True,
        "source": _ip("10.0.0.1"), "source_port": 40000,
        "dest": _ip("93.184.216.34"), "dest_port": 443,
    },
    SERVER: {
        "type": FD_TYPES["ipv6"], "family": 10, "l4proto": 3, "role": 2,
        "source": _ip("fd00::2"), "source_port": 5353, "dest": _ip("fd00::1"), "dest_port": 53,
    },
    LISTENING: {
        "type": FD_TYPES["ipv4_listening"], "family": 2, "l4proto": 2, "role": 2,
        "dest": _ip("0.0.0.0"), "dest_port": 80,
    },
    UNIX: {
        "type": FD_TYPES["unix"], "family": 1, "source": struct.pack("<Q", 0xABC),
        "dest": struct.pack("<Q", 0xDEF0), "name": "/run/docker.sock",
    },
    EPOLL: {"type": FD_TYPES["eventpoll"]},
    REFUSED: {
        "type": FD_TYPES["ipv4"], "family": 2, "l4proto": 2, "role": 1,
        "dest": _ip("192.0.2.9"), "dest_port": 22,
    },
}  # fmt: skip

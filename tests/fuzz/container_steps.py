# SPDX-License-Identifier: Apache-2.0
"""Programs of the target containers: records and calls that follow each other, by chance.

A few dozen threads come, go and move between the host and containers of every form of
control group; in between somebody describes the containers and pods, forgets them, or
starts anew.  A step is a byte that names it (RECORD, CALL, ENGINE) and a record, or JSON.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from typing import Any

from falcomod.engine.state.cgroup import container_name
from tests.fuzz.mutate import corpus, damaged
from tests.record_builder import build

RECORD, CALL, ENGINE = b"r", b"c", b"e"
STEPS = 400  # of one program
TIDS = 40
START_NS = 1_700_000_000_000_000_000
WAIT_FOR_EVER_MS = 10**9
ANSWERS = ("none", "post", "post", "settle", "now", "forget", "raise")
UIDS = [f"{number}5869489-8c7f-45dc-9abd-1b1620787bb1" for number in range(4)]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_"
# The ones tell nothing of 12 characters, the others nothing of 63.
STEMS = ("", "", "worker-pool-", "n" * 63)
HEX_FORMS = (
    "/docker/{id}",
    "/system.slice/docker-{id}.scope",
    "/docker/" + "e" * 64 + "/docker/{id}",
    "/kubepods/besteffort/pod{uid}/{id}",
    "/kubepods.slice/kubepods-pod{unit}.slice/cri-containerd-{id}.scope",
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{unit}.slice/crio-{id}.scope/x",
    "/kubepods-besteffort-pod{unit}.slice:cri-containerd:{id}",
    "/machine.slice/libpod-{id}.scope/container",
    "/system.slice/nerdctl-{id}.scope",
    "/ecs/task/{id}",
)
NAME_FORMS = (
    "/default/{id}",
    "/k8s.io/{id}",
    "/lxc/{id}",
    "/lxc.payload/{id}/init.scope",
    "/lxc.payload.{id}",
    "/machine.slice/systemd-nspawn@{id}.service/payload",
    "/machine.slice/machine-{id}.scope",
    "/machine.slice/machine-lxc\\x2d7\\x2d{id}.scope",
    "/{id}.libvirt-lxc",
    "/buildkit/{id}",
    "/bpm-{id}.scope",
)
HOST = "/system.slice/ssh.service"
CUSTOM = ("/custom/one", "/custom/two", "/custom/two/three")
ODD_IDS = ("", "a/b", "a\0b", "ü" * 40, "\udcff" * 20, "ab", "deadbeef" * 4, "deadbeef" * 3)


def key_of(id: str) -> bytes:
    """What tells containers apart: the twin of the engine's."""
    encoded = id.encode("utf-8", "surrogateescape")
    is_hex = len(encoded) >= 32 and not encoded.strip(b"0123456789abcdef")
    return encoded[: 12 if is_hex else 63]


def mark_of(id: str) -> str:
    """What every description of a container carries, so that it is known whose it is."""
    return f"of-{zlib.crc32(key_of(id))}"


class Program:
    """Makes the steps of one program; what is alive is roughly kept in mind."""

    def __init__(self, rng: random.Random, others: list[bytes]) -> None:
        self.rng = rng
        self.others = others  # sound records of all events
        self.ts = START_NS
        self.paths = [self.path() for _ in range(rng.choice([4, 12, 30, 60]))]
        found = (container_name(f"cpu={path}".encode()) for path in self.paths)
        self.ids = [name[0] for name in found if name is not None]
        self.where: dict[int, str] = {}  # control group of each thread
        self.namespaces: dict[int, int] = {}

    def path(self) -> str:
        """A control group, of a container but for a few."""
        rng = self.rng
        if rng.random() < 0.4:
            uid = rng.choice(UIDS)
            id = "".join(rng.choices("0123456789abcdef", k=64))
            return rng.choice(HEX_FORMS).format(id=id, uid=uid, unit=uid.replace("-", "_"))
        size = rng.choice([1, 8, 12, 13, 20, 40, 63, 64, 100, 230])
        name = (rng.choice(STEMS) + "".join(rng.choices(LETTERS, k=size)))[:240]
        return rng.choice(NAME_FORMS).format(id=name)

    def steps(self) -> Iterator[bytes]:
        yield ENGINE + self.engine(is_first=True)
        calls = (self.describe, self.names, self.by_id, self.pod, self.thread, self.rarely)
        # Some programs are mostly about what is said, others about what is seen.
        share = self.rng.choice([0.1, 0.3, 0.6])
        while True:
            if self.rng.random() < 0.008:
                yield ENGINE + self.engine()
            elif self.rng.random() < share:
                call = self.rng.choices(calls, (6, 2, 7, 3, 2, 1))[0]
                yield CALL + json.dumps(call()).encode()
            else:
                for record in self.record():
                    yield RECORD + record

    def engine(self, *, is_first: bool = False) -> bytes:
        """How the next engine is made, and what becomes of the one before.

        A millisecond is the one wait that depends on the machine's speed.
        """
        rng = self.rng
        options: dict[str, Any] = {
            "before": rng.choice(["finish", "finish", "drop", "keep"]),
            "waits": rng.random() < 0.9,
            # Nothing between: what comes of an input must not depend on the clock.
            "wait_ms": rng.choice([0, 0, *[WAIT_FOR_EVER_MS] * 6]),
            "records_max": rng.choice([1, 2, 8, 64, 65536]),
            "answer": rng.choice([None, None, *ANSWERS]),
            "raises": rng.choice([0, 0, 2, 7]),
        }
        if is_first:
            options |= {
                "threads": rng.choice([12, 4096, 4096]), "containers": rng.choice([3, 16, 4096]),
                "pods": rng.choice([2, 4096]),
            }  # fmt: skip
        return json.dumps(options).encode()

    # Records

    def record(self) -> Iterator[bytes]:
        rng = self.rng
        makes = (self.clone, self.child_first, self.exec, self.exit, self.file, self.told)
        (make,) = rng.choices(makes, (3, 2, 6, 2, 10, 1))
        if rng.random() < 0.08:
            other = rng.choice(self.others)
            yield damaged(rng, other) if rng.random() < 0.5 else other
            return
        for made in make():
            if make != self.told and rng.random() < 0.06:
                yield damaged(rng, made)
            elif rng.random() < 0.97:
                yield made

    def next_ts(self) -> int:
        self.ts += self.rng.choice([1000, 1000, 1000, 10**6, 10**8, 3 * 10**9])
        return self.ts

    def tid(self) -> int:
        return self.rng.randint(1, TIDS)

    def cgroups(self, tid: int) -> list[str]:
        """Those of the thread, which may just have moved."""
        rng = self.rng
        if tid not in self.where or rng.random() < 0.25:
            (kind,) = rng.choices((HOST, "custom", "container"), (2, 1, 8))
            choices = {"custom": CUSTOM, "container": self.paths}.get(kind, [HOST])
            self.where[tid] = rng.choice(choices)
            apart = rng.choice([0, 0, 7, START_NS + rng.randrange(4)])
            self.namespaces[tid] = apart
        path = self.where[tid] + rng.choice(["", "", "", "/below"])
        return [f"{subsystem}={path}" for subsystem in rng.choice([("cpu",), ("cpu", "memory")])]

    def image(self, tid: int, parent: int) -> dict[str, Any]:
        rng = self.rng
        cgroups = self.cgroups(tid)
        pid = tid if rng.random() < 0.8 else self.tid()
        apart = self.namespaces[tid]
        return {
            "pid": pid, "tid_": tid, "ptid": parent, "comm": rng.choice(["sh", "runc", "curl"]),
            "exe": rng.choice(["/bin/sh", "curl", "true"]), "args": rng.choice([[], ["-f", "x"]]),
            "cgroups": cgroups, "uid": rng.randrange(4), "gid": rng.randrange(4),
            "vtid": tid + 100 if apart else tid,
            "vpid": rng.choice([1, pid + 100]) if apart else pid, "pidns_init_start_ts": apart,
        }  # fmt: skip

    def clone(self) -> list[bytes]:
        parent, child = self.tid(), self.tid()
        rng = self.rng
        call = rng.choice(["clone", "clone3", "fork", "vfork"])
        flags = rng.choice([[], [], ["CLONE_THREAD", "CLONE_FILES"], ["CLONE_CHILD_IN_PIDNS"]])
        at_parent = self.image(parent, self.tid()) | {"flags": flags}
        if rng.random() < 0.8:
            self.where[child] = self.where[parent]
            self.namespaces[child] = self.namespaces[parent]
        at_child = self.image(child, parent) | {"flags": flags}
        result = rng.choice([child, child, child, -11])
        return [
            build(call, ts=self.next_ts(), tid=parent, res=result, **at_parent),
            build(call, ts=self.next_ts(), tid=child, res=0, **at_child),
        ]

    def child_first(self) -> list[bytes]:
        return self.clone()[::-1]

    def exec(self) -> list[bytes]:
        tid = self.tid()
        image = self.image(tid, self.tid())
        apart = image.pop("pidns_init_start_ts")
        for name in ("vtid", "vpid"):
            del image[name]
        image["flags"] = self.rng.choice([0, 0, 0, 4])
        call = self.rng.choice(["execve", "execve", "execveat"])
        res = self.rng.choice([0, 0, 0, 0, -2])
        records = [build(call, ts=self.next_ts(), tid=tid, res=res, **image)]
        if apart:
            # Only a clone tells of namespaces.
            facts = self.image(tid, self.tid())
            records.insert(0, build("clone", ts=self.next_ts(), tid=tid, res=0, **facts))
        return records

    def exit(self) -> list[bytes]:
        reaper = self.rng.choice([0, self.tid()])
        return [build("procexit", ts=self.next_ts(), tid=self.tid(), reaper_tid=reaper)]

    def file(self) -> list[bytes]:
        tid, fd = self.tid(), self.rng.randrange(3, 9)
        name = self.rng.choice(["/etc/shadow", "x", "../y"])
        opened = build("openat", ts=self.next_ts(), tid=tid, fd=fd, dirfd=-100, name=name)
        closed = build("close", ts=self.next_ts(), tid=tid, fd=fd)
        return [opened, closed] if self.rng.random() < 0.5 else [opened]

    def told(self) -> list[bytes]:
        """A description of a container as a capture carries it."""
        id = self.id()
        mark = mark_of(id)
        found = {
            "id": id, "name": mark, "type": self.rng.choice([0, 7, "x"]), "labels": {"of": mark},
            "lookup_state": self.rng.choice([0, 1, 2]), "Mounts": [{"Source": "/", "RW": True}],
        }  # fmt: skip
        text = json.dumps({"container": found})
        tid, ts = self.tid(), self.next_ts()
        if self.rng.random() < 0.5:
            return [build("CONTAINER_JSON_2_E", ts=ts, tid=tid, json=text)]
        name = self.rng.choice(["container", "container_removed"])
        return [build("ASYNCEVENT_E", ts=ts, tid=tid, name=name, data=text.encode() + b"\0")]

    # Calls

    def id(self) -> str:
        """A container's, whole or as short as it may be; now and then one that cannot be."""
        rng = self.rng
        if not self.ids or rng.random() < 0.05:
            return rng.choice(ODD_IDS)
        id: str = rng.choice(self.ids)
        return rng.choice([id, id, key_of(id).decode()])

    def describe(self) -> list[Any]:
        id = self.id()
        return ["set_container", id, facts(self.rng, id), self.announcement(id)]

    def announcement(self, id: str) -> str | None:
        return f'{{"own": "{mark_of(id)}"}}' if self.rng.random() < 0.5 else None

    def names(self) -> list[Any]:
        id = self.id()
        users = {str(uid): mark_of(id) for uid in range(self.rng.randrange(4))}
        return ["set_container_names", id, users, {"0": "root"} if users else {}]

    def by_id(self) -> list[Any]:
        calls = ("settle_container", "start_container", "remove_container")
        (call,) = self.rng.choices(calls, (5, 2, 3))
        return [call, self.id(), *([self.tid()] if call == "start_container" else [])]

    def pod(self) -> list[Any]:
        rng = self.rng
        uid = rng.choice([*UIDS, rng.choice(["", "other", "\udcff"])])
        if rng.random() < 0.3:
            return ["remove_pod", uid]
        owner = {"name": "o", "uid": "u", "labels": rng.choice([None, {"of": uid}])}
        known: dict[str, Any] = {
            "name": f"pod-{uid}", "namespace": "shop", "namespace_uid": "n", "ip": "10.0.0.7",
            "labels": {"of": uid}, "namespace_labels": {"a": "b"}, "deployment": owner,
            "replica_set": owner, "replication_controller": None, "services": [owner] * 2,
        }  # fmt: skip
        return ["set_pod", uid, dict(rng.sample(list(known.items()), rng.randrange(11)))]

    def thread(self) -> list[Any]:
        rng, tid = self.rng, self.tid()
        if rng.random() < 0.5:
            return ["remove_thread", tid]
        cgroups = self.cgroups(tid)
        apart = self.namespaces[tid]
        known = {
            "pid": rng.choice([tid, tid, self.tid()]), "ptid": self.tid(), "cgroups": cgroups,
            "vpid": rng.choice([1, tid + 100]) if apart else tid, "pidns_init_start_ns": apart,
            "uid": rng.randrange(4), "start_ns": rng.choice([0, self.ts]), "comm": "seeded",
        }  # fmt: skip
        return ["seed_thread", tid, known]

    def rarely(self) -> list[Any]:
        rng = self.rng
        calls: list[list[Any]] = [
            ["sweep_containers", rng.choice([0.0, 0.001, 1.0, 1e6])],
            ["sweep_containers", 0.0],
            ["set_users", {"0": "root", "1": "daemon"}, {"0": "root"}],
            ["settle_threads"],
            ["fail"],
            ["clear"],
        ]
        return rng.choice(calls)


def facts(rng: random.Random, id: str) -> dict[str, Any]:
    """Some of what a runtime may say, always with the container's mark."""
    known: dict[str, Any] = {
        "full_id": id, "type": "docker", "image": "nginx:1.27", "image_id": "0ca0fed353fb",
        "image_repository": "nginx", "image_tag": "", "image_digest": None, "ip": "10.0.0.1",
        "cni_json": "{}", "pod_name": "p", "pod_namespace": "n", "pod_uid": rng.choice(UIDS),
        "pod_sandbox_id": "s", "pod_full_sandbox_id": "s" * 64, "pod_ip": "10.0.0.2",
        "pod_cni_json": "x" * rng.choice([1, 8192]), "cgroup": rng.choice([None, *CUSTOM]),
        "privileged": rng.choice([True, False, None]), "host_pid": rng.choice([True, False]),
        "is_pod_sandbox": False, "start_ns": rng.choice([0, START_NS]), "env": {"PATH": "/bin"},
        "pod_labels": {f"l{number}": "x" * number for number in range(rng.choice([0, 3, 256]))},
        "annotations": {"a": "", "": "b"}, "ports": rng.choice([[], ["80/tcp", "443/tcp"]]),
        "mounts": rng.choice([[], [["/", "/host", "ro", False, ""], ["*", "[", "", True, None]]]),
        "healthcheck": ["curl", ["-f", "x"]], "liveness_probe": rng.choice([None, ["true", []]]),
    }  # fmt: skip
    if rng.random() < 0.02:
        known |= rng.choice([{"shoe_size": 44}, {"labels": {"a": 1}}, {"mounts": [["/"]]}])
    some = dict(rng.sample(list(known.items()), rng.randrange(len(known) + 1)))
    return {"name": mark_of(id), "labels": {"of": mark_of(id)}} | some


def programs(rng: random.Random) -> Iterator[list[bytes]]:
    others = corpus(rng.getrandbits(32))
    while True:
        steps = Program(rng, others).steps()
        yield [next(steps) for _ in range(rng.randint(STEPS // 8, STEPS))]

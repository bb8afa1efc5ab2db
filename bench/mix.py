# SPDX-License-Identifier: Apache-2.0
"""Records as a busy server produces them.

A few hundred long-lived processes work on files and sockets; now and then one of
them starts a short-lived program.  Nothing is left behind at the end, so the records
can be repeated for ever.  The shares are roughly those of a web server with cron jobs:
opens and closes 40 %, reads and writes 40 %, sockets 12 %, the rest 8 %.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from falcomod.engine.state.tables import State
from tests.record_builder import build, sockaddr, socktuple, strings

FIRST_TID = 1000
WORKERS = 300
PROGRAMS = ["nginx", "python3", "node", "postgres", "redis-server", "java", "systemd-journal"]
DIRECTORIES = ["/srv/www/static", "/var/lib/postgresql/15/main/base/5", "/usr/lib/python3/dist"]
LIBRARIES = ["libc.so.6", "libm.so.6", "libssl.so.3", "libz.so.1", "libpthread.so.0"]
ENVIRONMENT = [f"SETTING_NUMBER_{n}=value of the setting number {n}" for n in range(20)]
CGROUPS = ["cpuset=/system.slice", "cpu=/system.slice/web.service", "memory=/system.slice"]
START_NS = 1_700_000_000_000_000_000


class Mix:
    """Makes the records; ts moves on by a microsecond each."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.ts = START_NS
        self.next_tid = FIRST_TID + WORKERS
        self.records: list[bytes] = []

    def add(self, event: str, tid: int, **params: Any) -> None:
        self.ts += 1000
        self.records.append(build(event, ts=self.ts, tid=tid, **params))

    def make(self, count: int) -> list[bytes]:
        """At least *count* records."""
        turns: list[tuple[Callable[[int], None], int]] = [
            (self.file, 40),
            (self.legacy_file, 3),
            (self.socket, 8),
            (self.pipe, 6),
            (self.other, 6),
            (self.program, 1),
        ]
        actions, weights = zip(*turns, strict=True)
        while len(self.records) < count:
            action = self.rng.choices(actions, weights)[0]
            action(FIRST_TID + self.rng.randrange(WORKERS))
        return self.records

    def path(self) -> str:
        rng = self.rng
        return f"{rng.choice(DIRECTORIES)}/{rng.choice('abcdefgh')}/file-{rng.randrange(400)}.dat"

    def file(self, tid: int) -> None:
        fd = self.rng.randrange(8, 40)
        name = self.path()
        self.add(
            "openat", tid, fd=fd, dirfd="AT_FDCWD", name=name, flags=["O_RDONLY", "O_CLOEXEC"],
            dev=0x801, ino=len(name),
        )  # fmt: skip
        self.io(tid, fd)
        self.add("close", tid, fd=fd)

    def legacy_file(self, tid: int) -> None:
        fd = self.rng.randrange(8, 40)
        self.add("open", tid, fd=fd, name=self.path(), flags=["O_WRONLY", "O_APPEND"], dev=0x801)
        self.add("write", tid, res=70, data=bytes(70), fd=fd, size=70)
        self.add("close", tid, fd=fd)

    def io(self, tid: int, fd: int) -> None:
        for _ in range(self.rng.randrange(1, 4)):
            size = self.rng.randrange(1, 200)
            event = "read" if self.rng.random() < 0.6 else "write"
            self.add(event, tid, res=size, data=bytes(min(size, 80)), fd=fd, size=4096)

    def pipe(self, tid: int) -> None:
        self.io(tid, 3)

    def socket(self, tid: int) -> None:
        fd = self.rng.randrange(40, 60)
        server = f"10.0.{self.rng.randrange(4)}.{self.rng.randrange(1, 250)}"
        ends = socktuple("10.0.0.1", self.rng.randrange(32768, 60999), server, 5432)
        self.add("socket", tid, fd=fd, domain="AF_INET", type_=1)
        self.add("connect", tid, fd=fd, tuple_=ends, addr=sockaddr(server, 5432))
        self.add("sendto", tid, res=64, data=bytes(64), fd=fd, size=64)
        self.add("recvfrom", tid, res=80, data=bytes(80), fd=fd, size=8192)
        self.add("close", tid, fd=fd)

    def other(self, tid: int) -> None:
        fd = self.rng.randrange(60, 70)
        self.add("fcntl", tid, res=0, fd=3, cmd="F_GETFL")
        self.add("dup", tid, res=fd, oldfd=3)
        self.add("close", tid, fd=fd)
        self.add("unlink", tid, path=f"/tmp/work-{self.rng.randrange(99)}")

    def program(self, parent: int) -> None:
        """A shell's child: clone on both sides, execve, its libraries, some work, exit."""
        tid = self.next_tid
        self.next_tid += 1
        common = {"ptid": parent, "cgroups": CGROUPS, "comm": "sh", "exe": "/bin/sh"}
        self.add("clone", parent, res=tid, tid_=parent, pid=parent, **common)
        self.add("clone", tid, res=0, tid_=tid, pid=tid, vtid=tid, vpid=tid, **common)
        common |= {"comm": "sort", "exe": "/usr/bin/sort"}
        self.add(
            "execve", tid, tid_=tid, pid=tid, args=["-k", "2", "--reverse", "/var/tmp/list"],
            env=strings(ENVIRONMENT), trusted_exepath="/usr/bin/sort", filename="/usr/bin/sort",
            **common,
        )  # fmt: skip
        for library in LIBRARIES:
            self.add(
                "openat", tid, fd=3, dirfd="AT_FDCWD", name=f"/lib/x86_64-linux-gnu/{library}",
                flags=["O_RDONLY", "O_CLOEXEC"],
            )  # fmt: skip
            self.add("read", tid, res=80, data=bytes(80), fd=3, size=832)
            self.add("close", tid, fd=3)
        self.file(tid)
        self.add("write", tid, res=40, data=bytes(40), fd=1, size=40)
        self.add("PROCEXIT_1_E", tid, status=0)


def seed(state: State) -> None:
    """The long-lived processes, with a descriptor each."""
    state.seed_thread(tid=1, pid=1, ptid=0, comm="systemd", exe="/sbin/init", cwd="/")
    for number in range(WORKERS):
        tid = FIRST_TID + number
        program = PROGRAMS[number % len(PROGRAMS)]
        state.seed_thread(
            tid=tid, pid=tid, ptid=1, comm=program, exe=program, exepath=f"/usr/sbin/{program}",
            args=["--worker", str(number)], cwd="/srv/www", cgroups=CGROUPS, fdlimit=1024,
        )  # fmt: skip
        state.seed_fd(tid, 3, type=8, name=f"pipe:[{number}]")


def distribution(records: list[bytes]) -> Iterator[tuple[str, float]]:
    """(event name, share) of the records, the most frequent first."""
    from collections import Counter

    from falcomod.engine.decode.schema import EVENTS
    from tests.record_builder import HEADER

    counts = Counter(EVENTS[HEADER.unpack_from(record)[3]].name for record in records)
    for name, count in counts.most_common():
        yield name, count / len(records)

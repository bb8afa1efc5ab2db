# SPDX-License-Identifier: Apache-2.0
"""Processes that were there before us, from /proc.

    scan(state)          every process and thread with its descriptors, once at the start
    lookup(state, tid)   one thread that only its events tell of, with its ancestors
    prune(state, …)      forgets threads whose end was lost

What vanishes while it is read is left out; what may not be read is unknown.
Source of the formats: man 5 proc.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Any

from falcomod.engine.decode.schema import vocabularies
from falcomod.engine.state.tables import State
from falcomod.enrich.descriptors import read_descriptors
from falcomod.enrich.host import host_path
from falcomod.enrich.sockets import Sockets

ARGS_MAX = 4096  # bytes of a list that records carry
ANCESTORS_MAX = 64  # steps up of a look-up
NONE_ID = 2**32 - 1

CLONE = vocabularies()["clone_flags"]
THREAD_FLAGS = CLONE["CLONE_THREAD"] | CLONE["CLONE_FILES"]

# Controllers that a path of the unified hierarchy stands for.
UNIFIED = ("cpuset", "cpu", "cpuacct", "io", "memory")

Facts = dict[str, Any]  # arguments of State.seed_thread()


def scan(state: State, proc: str | None = None) -> int:
    """Seeds every process, its threads and descriptors; returns how many threads."""
    reader = Reader(state, proc)
    return sum(reader.seed_process(pid) for pid in sorted(_numbers(reader.proc)))


def lookup(state: State, tid: int, proc: str | None = None) -> bool:
    """Seeds one thread, its process and unknown ancestors; False: it is gone or known."""
    reader = Reader(state, proc)
    pid = reader.process_of(tid)
    if pid is None or not state.is_stub(tid):
        return False
    if pid != tid and state.thread(pid) is not None and not state.is_stub(pid):
        return reader.seed_thread(pid, tid)
    reader.seed_process(pid)
    for _ in range(ANCESTORS_MAX):
        process = state.thread(pid)
        if process is None or process["ptid"] <= 0:
            break
        pid = process["ptid"]
        if state.thread(pid) is not None or not reader.seed_process(pid):
            break
    return not state.is_stub(tid)


def prune(state: State, suspects: Iterable[int] = (), proc: str | None = None) -> frozenset[int]:
    """Removes those of *suspects* that /proc still does not know; returns the next suspects.

    Called now and then with what it returned before: the end of a thread that is gone the
    first time may yet come.
    """
    root = Reader(state, proc).proc
    missing = frozenset(tid for tid in state.tids() if not os.path.exists(f"{root}/{tid}"))
    lost = missing.intersection(suspects)
    for tid in lost:
        state.remove_thread(tid)
    return missing - lost


def boot_ns() -> int:
    """When the host started, in nanoseconds since the epoch."""
    return time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Reader:
    """One pass over a /proc; what processes share is read once."""

    def __init__(self, state: State, proc: str | None = None) -> None:
        self.state = state
        self.proc = host_path("/proc") if proc is None else proc
        self._sockets = Sockets(self.proc)
        self._boot_ns = boot_ns()
        self._tick_ns = 10**9 // os.sysconf("SC_CLK_TCK")
        self._page_kb = os.sysconf("SC_PAGE_SIZE") // 1024

    def process_of(self, tid: int) -> int | None:
        """The process that a thread belongs to; None: there is no such thread."""
        status = self._read(f"{tid}/status")
        return _first(_status(status), "Tgid") if status else None

    def seed_process(self, pid: int) -> int:
        """Seeds a process with its threads and descriptors; returns how many threads."""
        facts = self._process_facts(pid)
        if facts is None or not self.state.seed_thread(tid=pid, **facts):
            return 0
        for number, descriptor in read_descriptors(self.proc, pid, self._sockets):
            self.state.seed_fd(pid, number, **descriptor)
        count = 1
        for tid in _numbers(f"{self.proc}/{pid}/task"):
            if tid != pid:
                own = self._thread_facts(f"{pid}/task/{tid}")
                if own is not None:
                    count += self.state.seed_thread(tid=tid, **(facts | own))
        return count

    def seed_thread(self, pid: int, tid: int) -> bool:
        """Seeds one thread of a process that is known."""
        facts = self._process_facts(pid)
        own = self._thread_facts(f"{pid}/task/{tid}")
        if facts is None or own is None:
            return False
        return bool(self.state.seed_thread(tid=tid, **(facts | own)))

    def _process_facts(self, pid: int) -> Facts | None:
        facts = self._thread_facts(str(pid))
        if facts is None:
            return None
        exe, args = _command_line(self._read(f"{pid}/cmdline"))
        facts |= {
            "pid": pid,
            "clone_flags": 0,
            "exe": exe,
            "args": args,
            "env": self._read(f"{pid}/environ")[: ARGS_MAX - 1],
            "exepath": self._link(f"{pid}/exe"),
            "cwd": self._link(f"{pid}/cwd"),
            "root": self._link(f"{pid}/root"),
            "cgroups": cgroup_list(self._read(f"{pid}/cgroup")),
            "loginuid": _login_uid(self._read(f"{pid}/loginuid")),
            "fdlimit": _descriptor_limit(self._read(f"{pid}/limits")),
        }
        return facts | self._executable_facts(pid)

    def _thread_facts(self, directory: str) -> Facts | None:
        """What a thread does not share; None: it is gone."""
        stat = self._read(f"{directory}/stat")
        status = _status(self._read(f"{directory}/status"))
        # The name stands in parentheses and may hold any character, ")" and blanks too.
        opened, closed = stat.find(b"("), stat.rfind(b")")
        fields = stat[closed + 1 :].split()
        if opened < 0 or len(fields) < 22 or "Tgid" not in status:
            return None
        facts: Facts = {
            "comm": stat[opened + 1 : closed],
            "pid": _first(status, "Tgid"),
            "clone_flags": THREAD_FLAGS,
            "ptid": int(fields[1]),
            "pgid": int(fields[2]),
            "tty": int(fields[4]) & 0xFFFFFFFF,
            "pfminor": int(fields[7]),
            "pfmajor": int(fields[9]),
            "start_ns": self._boot_ns + int(fields[19]) * self._tick_ns,
            "vm_size_kb": int(fields[20]) // 1024,
            "vm_rss_kb": int(fields[21]) * self._page_kb,
            "vm_swap_kb": _first(status, "VmSwap") or 0,
            "uid": int(status["Uid"][1]),
            "gid": int(status["Gid"][1]),
        }
        for fact, name in NAMESPACE_IDS.items():
            # One number for each namespace, the innermost last.
            facts[fact] = int(status[name][-1]) if status.get(name) else -1
        for fact, name in CAPABILITIES.items():
            facts[fact] = int(status[name][0], 16) if status.get(name) else 0
        return facts

    def _executable_facts(self, pid: int) -> Facts:
        try:
            stat = os.stat(f"{self.proc}/{pid}/exe")
        except OSError:
            return {}  # a kernel thread
        return {
            "exe_ino": stat.st_ino,
            "exe_ino_ctime_ns": stat.st_ctime_ns,
            "exe_ino_mtime_ns": stat.st_mtime_ns,
        }

    def _read(self, name: str) -> bytes:
        """The bytes of a file; none where it cannot be read."""
        try:
            descriptor = os.open(f"{self.proc}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return b""
        try:
            pieces = []
            while piece := os.read(descriptor, 65536):
                pieces.append(piece)
            return b"".join(pieces)
        except OSError:
            return b""
        finally:
            os.close(descriptor)

    def _link(self, name: str) -> str | None:
        try:
            return os.readlink(f"{self.proc}/{name}")
        except OSError:
            return None


def cgroup_list(text: bytes) -> bytes:
    """Lines of /proc/PID/cgroup as records carry them: "subsystem=path", NUL-terminated."""
    paths: dict[bytes, bytes] = {}
    for line in text.splitlines():
        hierarchy, _, rest = line.partition(b":")
        controllers, _, path = rest.partition(b":")
        if not path:
            continue
        if hierarchy == b"0" and not controllers:
            names = [name.encode() for name in UNIFIED]
        else:
            names = [name.removeprefix(b"name=") for name in controllers.split(b",")]
        for name in names:
            # The unified hierarchy comes last: a hybrid host has its controllers before.
            paths.setdefault(name, path)
    return b"".join(name + b"=" + path + b"\0" for name, path in paths.items())


def _command_line(text: bytes) -> tuple[bytes | None, bytes]:
    """(argv[0], the rest); a program that overwrote its arguments may have left no NUL."""
    if not text:
        return None, b""
    exe, _, args = text[: ARGS_MAX - 1].partition(b"\0")
    return exe, args


def _status(text: bytes) -> dict[str, list[bytes]]:
    """The lines "Name:  value value" of a status file."""
    lines = (line.partition(b":") for line in text.splitlines())
    return {name.decode("ascii", "replace"): value.split() for name, _, value in lines}


def _first(status: dict[str, list[bytes]], name: str) -> int | None:
    values = status.get(name)
    return int(values[0]) if values else None


def _login_uid(text: bytes) -> int:
    return int(text) if text.strip().isdigit() else NONE_ID


def _descriptor_limit(text: bytes) -> int:
    """The soft limit of "Max open files", -1: unlimited or unknown."""
    for line in text.splitlines():
        if line.startswith(b"Max open files"):
            soft = line[len(b"Max open files") :].split()[0]
            return int(soft) if soft.isdigit() else -1
    return -1


def _numbers(directory: str) -> list[int]:
    try:
        return [int(name) for name in os.listdir(directory) if name.isdigit()]
    except OSError:
        return []


NAMESPACE_IDS = {"vtid": "NSpid", "vpid": "NStgid", "vpgid": "NSpgid", "sid": "NSsid"}
CAPABILITIES = {
    "cap_inheritable": "CapInh", "cap_permitted": "CapPrm", "cap_effective": "CapEff",
}  # fmt: skip

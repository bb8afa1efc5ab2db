# SPDX-License-Identifier: Apache-2.0
"""What the process events should say about a process, from /proc.

expected() is what clone, fork, vfork, clone3, execve and execveat have in common; what a
test cannot know to the byte (memory, faults) is judged by a range.
"""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Any

from tests.driver.fix_capture import COUNT, Matcher
from tests.reference.decode import texts

NO_USER = 0xFFFFFFFF
ARGS_MAX = 4096


def facts() -> dict[str, Any]:
    """About the calling process; to be taken in the child, right before the call."""
    command = Path("/proc/self/cmdline").read_bytes()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "exe": command.split(b"\0")[0].decode(),
        "args": command[:ARGS_MAX].partition(b"\0")[2],
        "pid": os.getpid(),
        "ptid": os.getppid(),
        "fdlimit": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "comm": status["Name"].strip(),
        "vm_size": int(status["VmSize"].split()[0]),
        "vm_rss": int(status["VmRSS"].split()[0]),
        "cgroups": cgroups(),
        "loginuid": int(Path("/proc/self/loginuid").read_text()),
        "pgid": os.getpgid(0),
        "cap_inheritable": int(status["CapInh"], 16),
        "cap_permitted": int(status["CapPrm"], 16),
        "cap_effective": int(status["CapEff"], 16),
    }


def cgroups() -> dict[str, str]:
    """Paths of the calling process by controller; "" is the unified hierarchy."""
    paths = {"": "/"}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update(dict.fromkeys(controllers.split(","), path))
    return paths


def expected(about: dict[str, Any], **changes: object) -> dict[str, object]:
    """The parameters res to cgroups (0 to 14); tid, pid and ptid as of that process itself."""
    params: dict[str, object] = {
        "res": 0,
        "exe": about["exe"],
        "args": about["args"] or None,
        "tid": about["pid"],
        "pid": about["pid"],
        "ptid": about["ptid"],
        "cwd": None,
        "fdlimit": about["fdlimit"],
        "pgft_maj": COUNT,
        "pgft_min": COUNT,
        "vm_size": near(about["vm_size"]),
        "vm_rss": near(about["vm_rss"]),
        "vm_swap": 0,
        "comm": about["comm"],
        "cgroups": cgroups_of(about["cgroups"]),
    }
    assert changes.keys() <= params.keys()
    return {**params, **changes}


def near(value: int, *, tolerance: float = 0.25) -> Matcher:
    low, high = value * (1 - tolerance), value * (1 + tolerance)
    return Matcher(f"about {value}", lambda found: low <= found <= high)


# Order of the kernel's include/linux/cgroup_subsys.h.
SUBSYSTEMS = (
    "cpuset",
    "cpu",
    "cpuacct",
    "io",
    "memory",
    "devices",
    "freezer",
    "net_cls",
    "perf_event",
    "net_prio",
    "hugetlb",
    "pids",
    "rdma",
    "misc",
)


def cgroups_of(paths: dict[str, str]) -> Matcher:
    """subsystem=path in the kernel's order.

    A controller of the unified hierarchy that is not enabled there has an ancestor's path.
    """

    def judge(found: object) -> bool:
        if not isinstance(found, bytes) or not found.endswith(b"\0"):
            return False
        pairs = [entry.split("=", 1) for entry in texts(found)]
        names = [name for name, _ in pairs]
        order = [name for name in SUBSYSTEMS if name in names]
        return (
            names == order
            and "memory" in names
            and all(path in possible(paths, name) for name, path in pairs)
        )

    return Matcher(f"subsystem=… of {paths}", judge)


def possible(paths: dict[str, str], name: str) -> list[str]:
    if name in paths:
        return [paths[name]]
    path = paths[""]
    return [path[: at or 1] for at in range(len(path) + 1) if path[at : at + 1] in "/"]

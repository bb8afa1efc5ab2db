# SPDX-License-Identifier: Apache-2.0
"""Processes of a container, as its control group lists them.

A runtime starts a container in steps, each a process of its own that soon ends: who
makes the first record is not who will run.  The group is the same for all of them.
Source of the files: Linux Documentation/admin-guide/cgroup-v2.rst, man 7 cgroups.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from falcomod.engine.state.cgroup import container_name
from falcomod.enrich.host import host_path

LIST_MAX = 4096  # bytes that are read of a list: a few hundred processes
PIDS_MAX = 8  # that are told, the latest ones


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """A directory below /sys/fs/cgroup."""

    path: str

    def pids(self) -> list[int]:
        """Its latest processes, the latest first; none when it has ended, too."""
        try:
            with open(f"{self.path}/cgroup.procs", "rb", buffering=0) as file:
                text = file.read(LIST_MAX)
        except OSError:
            return []
        # 0 stands for a process that our own pid namespace does not see.
        pids = [int(word) for word in text.split() if word.isdigit() and word != b"0"]
        return sorted(pids, reverse=True)[:PIDS_MAX]


def group_of(
    id: str, tid: int, proc: str | None = None, root: str | None = None
) -> ControlGroup | None:
    """The group of a container that a thread is in; None: it is gone, or in another one.

    A runtime puts a process into the groups of one hierarchy after the other, so the
    path has to name the container.
    """
    proc = host_path("/proc") if proc is None else proc
    root = host_path("/sys/fs/cgroup") if root is None else root
    try:
        with open(f"{proc}/{tid}/cgroup", "rb", buffering=0) as file:
            text = file.read(4 * LIST_MAX)
    except OSError:
        return None
    for line in text.splitlines():
        _, controllers, path = (*os.fsdecode(line).split(":", 2), "", "")[:3]
        name = container_name(b"=" + os.fsencode(path) + b"\0")
        if name is None or name[0] != id:
            continue
        group = _below(f"{root}/{controllers.removeprefix('name=')}", path)
        if group is not None:
            return group
    return None


def group_at(path: str, root: str | None = None) -> ControlGroup | None:
    """The group with that path in any hierarchy; None: there is none."""
    root = host_path("/sys/fs/cgroup") if root is None else root
    group = _below(root, path)
    if group is not None or os.path.exists(f"{root}/cgroup.procs"):
        return group  # the unified hierarchy has no others below it
    try:
        hierarchies = sorted(os.listdir(root))
    except OSError:
        return None
    return next(filter(None, (_below(f"{root}/{name}", path) for name in hierarchies)), None)


def _below(root: str, path: str) -> ControlGroup | None:
    # A path out of our own control group namespace cannot be followed.
    if path.strip("/") == "" or ".." in path.split("/"):
        return None
    group = ControlGroup(f"{root}/{path.lstrip('/')}")
    return group if os.path.exists(f"{group.path}/cgroup.procs") else None

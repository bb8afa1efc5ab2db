# SPDX-License-Identifier: Apache-2.0
"""Processes that look as if a container runtime had started them.

What makes a container, to the tables of processes, is the path of its control group.
"""

from __future__ import annotations

import contextlib
import os
import pty
from pathlib import Path

from tests.driver.native import syscall
from tests.end_to_end.apart import set_apart

ID = "0123456789abcdef" * 4
SHORT_ID = ID[:12]
PR_SET_NAME = 15
CONTROLLERS = {"cpu", "memory", "pids"}
RUNTIME = "runc:[0:PARENT]"  # what runc calls itself as the parent of an entry point


def run_in_container(argv: list[str], *, terminal: bool = False) -> int:
    """Runs a program to its end as a container's first process would; its wait status.

    With a terminal, as `docker run -t` gives one.
    """
    pid = os.fork()
    if pid == 0:
        try:
            set_apart()
            enter_container()
            _execute_as_entrypoint(argv, terminal)
        finally:
            os._exit(127)
    status = os.waitpid(pid, 0)[1]
    _remove_groups()
    return status


def enter_container() -> None:
    """Moves the calling process into control groups as Docker names them."""
    for group in _groups():
        for folder in (group.parent, group):
            folder.mkdir(exist_ok=True)
            inherit(folder)
        (group / "cgroup.procs").write_text(str(os.getpid()))


def _groups() -> list[Path]:
    """The container's group in each hierarchy: many with version 1, one with version 2."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [Path(where) / "docker" / ID for _, where, kind, *_ in mounts if kind[:6] == "cgroup"]


def inherit(group: Path) -> None:
    """What a new group needs: CPUs (version 1) and controllers (2), which show its path."""
    offered = group.parent / "cgroup.controllers"
    for controller in CONTROLLERS.intersection(
        offered.read_text().split() if offered.exists() else ()
    ):
        (group.parent / "cgroup.subtree_control").write_text(f"+{controller}")
    for name in ("cpuset.cpus", "cpuset.mems"):
        if (group.parent / name).exists():
            (group / name).write_text((group.parent / name).read_text())


def _remove_groups() -> None:
    # Another's container may be in the folder that is named after the runtime.
    for group in _groups():
        for folder in (group, group.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _execute_as_entrypoint(argv: list[str], terminal: bool) -> None:
    syscall("prctl", PR_SET_NAME, RUNTIME)
    if terminal:
        os._exit(os.waitstatus_to_exitcode(pty.spawn(argv, lambda fd: os.read(fd, 1024))))
    pid = os.fork()
    if pid == 0:
        os.execvp(argv[0], argv)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

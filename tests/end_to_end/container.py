# SPDX-License-Identifier: Apache-2.0
"""Processes that look as if a container runtime had started them.

What makes a container, to the tables of processes, is the path of its control group.
"""

from __future__ import annotations

import os
import pty
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
ID = "0123456789abcdef" * 4
SHORT_ID = ID[:12]


def enter_container(container_id: str = ID) -> None:
    """Moves the calling process into a control group as Docker names them."""
    parent = CGROUPS / "docker"
    group = parent / container_id
    group.mkdir(parents=True, exist_ok=True)
    for folder in (CGROUPS, parent):
        (folder / "cgroup.subtree_control").write_text("+cpu +memory +pids")
    (group / "cgroup.procs").write_text(str(os.getpid()))


def run_in_container(argv: list[str], *, terminal: bool = False) -> int:
    """Runs a program to its end as a container's first process would; its wait status.

    With a terminal, as `docker run -t` gives one.
    """
    pid = os.fork()
    if pid == 0:
        try:
            enter_container()
            _execute_as_entrypoint(argv, terminal)
        finally:
            os._exit(127)
    return os.waitpid(pid, 0)[1]


def _execute_as_entrypoint(argv: list[str], terminal: bool) -> None:
    """The parent of an entry point is the runtime, which calls itself so."""
    Path("/proc/self/comm").write_text("runc:[0:PARENT]")
    if terminal:
        os._exit(os.waitstatus_to_exitcode(pty.spawn(argv, lambda fd: os.read(fd, 1024))))
    pid = os.fork()
    if pid == 0:
        os.execvp(argv[0], argv)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

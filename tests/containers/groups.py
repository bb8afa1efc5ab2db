# SPDX-License-Identifier: Apache-2.0
"""Control groups of containers, as the kernel has them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


def groups_of(pid: int | None) -> set[str]:
    """Control groups of a process in all hierarchies."""
    lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return {line.split(":", 2)[2] for line in lines}


def remove_groups(path: str) -> None:
    """Removes what nobody is in of a group and those below it, in all hierarchies.

    Runtimes leave the groups above their containers to whoever named them.
    """
    for hierarchy in (ROOT, *ROOT.iterdir()):
        top = hierarchy / path.strip("/")
        for folder, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)

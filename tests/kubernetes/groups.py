# SPDX-License-Identifier: Apache-2.0
"""Processes in control groups that are named as kubelet and containerd name them."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.end_to_end.container import inherit


def hierarchy() -> Path:
    """Where control groups are made, in one hierarchy that records name."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    places = [Path(mount[1]) for mount in mounts if mount[2] == "cgroup" and "cpu" in mount[3]]
    places += [Path(mount[1]) for mount in mounts if mount[2] == "cgroup2"]
    return places[0]


@contextlib.contextmanager
def group_of(uid: str, id: str) -> Iterator[Path]:
    """The group of a container of a pod, which ends with the context."""
    made = hierarchy()
    folders = []
    for name in ("kubepods", "besteffort", f"pod{uid}", id):
        made /= name
        made.mkdir(exist_ok=True)
        inherit(made)
        folders.append(made)
    try:
        yield made
    finally:
        for folder in reversed(folders):
            # Another's pod may be in the folders above.
            with contextlib.suppress(OSError):
                folder.rmdir()


def read_shadow(group: Path) -> None:
    """A process of that group reads /etc/shadow and ends."""
    script = 'echo $$ > "$0/cgroup.procs" && exec cat /etc/shadow'
    subprocess.run(["sh", "-c", script, str(group)], check=True, stdout=subprocess.DEVNULL)

# SPDX-License-Identifier: Apache-2.0
"""Processes whose writes and packets reach nobody else.

What an intruder does to a host is done in namespaces that end with the process. The paths
and addresses that the rules look at stay what they are.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.driver.child import Child, in_child
from tests.driver.native import syscall

WRITABLE = (Path("/etc"), Path("/var/log"))
CHANGES = Path("/mnt")  # where they are kept; nothing else is looked for there
CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
MS_REC_PRIVATE = 0x4000 | 1 << 18


def apart(call: Callable[[], Any]) -> Child:
    """Runs the callable in such a child, to its end."""

    def call_there() -> Any:
        set_apart()
        return call()

    return in_child(call_there)


def set_apart() -> None:
    """Gives the calling process files and a network of its own.

    What it changes below WRITABLE is seen by itself and its children alone; its network is
    a loopback device, which can be given any address.
    """
    _checked("unshare", CLONE_NEWNS | CLONE_NEWNET)
    _checked("mount", None, "/", None, MS_REC_PRIVATE, None)
    _checked("mount", "tmpfs", CHANGES, "tmpfs", 0, None)
    for number, folder in enumerate(WRITABLE):
        upper, work = CHANGES / f"upper{number}", CHANGES / f"work{number}"
        upper.mkdir()
        work.mkdir()
        layers = f"lowerdir={folder},upperdir={upper},workdir={work}"
        _checked("mount", "overlay", folder, "overlay", 0, layers)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _checked(name: str, *arguments: Any) -> None:
    error = -syscall(name, *arguments)
    if error:
        raise OSError(error, f"{name}{arguments}: {os.strerror(error)}")

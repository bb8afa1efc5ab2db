# SPDX-License-Identifier: Apache-2.0
"""What is true of this process, as alerts must tell it."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path
from typing import Any


def comm(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().rstrip("\n")


def parent(pid: int) -> int:
    return int(_stat(pid)[1])


def terminal(pid: int) -> int:
    """The device number of its terminal, 0 for none."""
    return int(_stat(pid)[4])


def child_running(argv: list[str]) -> dict[str, Any]:
    """Output fields of a child of this process that runs a program out of PATH."""
    return {
        "proc.name": Path(argv[0]).name,
        "proc.exepath": os.path.realpath(shutil.which(argv[0]) or argv[0]),
        "proc.cmdline": " ".join([Path(argv[0]).name, *argv[1:]]),
        "proc.pname": comm(os.getpid()),
        "container.id": "host",
        **user(),
    }


def user() -> dict[str, Any]:
    uid = os.geteuid()
    return {"user.uid": uid, "user.name": pwd.getpwuid(uid).pw_name}


def told(alert: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """The output fields of these names, for a comparison that shows what differs."""
    return {name: alert["output_fields"].get(name) for name in names}


def _stat(pid: int) -> list[str]:
    """Fields from the third on: the second may hold anything, in parentheses."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

# SPDX-License-Identifier: Apache-2.0
"""Programs to execute: busybox, whose first argument says what it is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.driver.native import syscall, vector

BUSYBOX = Path(shutil.which("busybox") or "/bin/busybox")


def copy_program(folder: Path, name: str = "program") -> Path:
    """A fresh copy, so that nobody else's inode is looked at."""
    path = folder / name
    shutil.copy(BUSYBOX, path)
    path.chmod(0o755)
    return path


def execve(path: Path | bytes | str, argv: list[bytes], envp: list[bytes]) -> int:
    """Returns only if it fails."""
    return syscall("execve", path, vector(argv), vector(envp))


def execveat(
    dirfd: int, path: Path | str, argv: list[bytes], envp: list[bytes], flags: int = 0
) -> int:
    """Returns only if it fails."""
    return syscall("execveat", dirfd, path, vector(argv), vector(envp), flags)


def memory_program() -> int:
    """A descriptor of a program that is in no folder."""
    fd = os.memfd_create("ghost", 0)
    os.write(fd, BUSYBOX.read_bytes())
    return fd

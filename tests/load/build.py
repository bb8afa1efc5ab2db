# SPDX-License-Identifier: Apache-2.0
"""Programs that make load, in C because an interpreter's own calls would be most of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent


def build(name: str, folder: Path) -> Path:
    """Compiles a program of this folder, static, into another folder; its path."""
    program = folder / name
    flags = ["-O2", "-Wall", "-Werror", "-static", *FLAGS.get(name, ())]
    subprocess.run(["gcc", *flags, "-o", program, SOURCES / f"{name}.c"], check=True)
    return program


FLAGS = {"tiny": ("-nostdlib",)}

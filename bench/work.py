# SPDX-License-Identifier: Apache-2.0
"""Fixed pieces of work that a host does while it is watched, for bench/live.py."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.load.build import build

FILES = "files"
OPENS, PROCESSES = 300_000, 2_000
SOURCES, FUNCTIONS = 20, 40


class Usage(NamedTuple):
    """What a workload took, its children included."""

    wall_s: float
    user_s: float
    system_s: float


class Workload(NamedTuple):
    name: str
    what: str
    command: list[str]

    def run(self) -> Usage:
        """Runs it to its end. Raises SystemExit if it fails."""
        silence = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
        began = time.monotonic()
        pid = os.posix_spawnp(self.command[0], self.command, os.environ, file_actions=silence)
        _, status, usage = os.wait4(pid, 0)
        wall_s = time.monotonic() - began
        if status:
            raise SystemExit(f"the workload {self.name} fails: {self.command}")
        return Usage(wall_s, usage.ru_utime, usage.ru_stime)


def files(folder: Path) -> Workload:
    """Nothing but calls: the most that a daemon can cost."""
    small = folder / "small"
    small.write_text("a small file\n")
    tiny, program = build("tiny", folder), build("work", folder)
    command = [str(word) for word in (program, small, OPENS, tiny, PROCESSES)]
    what = f"{OPENS} times open, read, close; {PROCESSES} processes"
    return Workload(FILES, what, command)


def walk(_folder: Path) -> Workload:
    # A test of each file, so that find looks at it and not at its name alone.
    command = ["find", "/usr", "-name", "x", "-o", "-size", "+100000k"]
    return Workload("walk", " ".join(command), command)


def compilation(folder: Path) -> Workload:
    """Made-up sources, the same each time."""
    sources = folder / "sources"
    sources.mkdir()
    for number in range(SOURCES):
        (sources / f"part{number}.c").write_text(source(number))
    each = f'for part in {sources}/*.c; do gcc -O1 -c -o "$part.o" "$part" || exit; done'
    return Workload("compilation", f"gcc -O1 of {SOURCES} files", ["sh", "-c", each])


def source(number: int) -> str:
    lines = ["#include <stdio.h>", "#include <stdlib.h>", "#include <string.h>"]
    for function in range(FUNCTIONS):
        lines += [
            f"int f{number}_{function}(int n, const char *text)",
            "{",
            f"\tint sum = {function};",
            "\tfor (int i = 0; i < n; i++)",
            f"\t\tsum += (int)strlen(text) * i ^ {number * FUNCTIONS + function};",
            '\tprintf("%d %s\\n", sum, text);',
            "\treturn sum % (n + 1) ? sum : abs(n);",
            "}",
        ]
    return "\n".join(lines) + "\n"


WORKLOADS: dict[str, Callable[[Path], Workload]] = {
    FILES: files,
    "walk": walk,
    "compilation": compilation,
}

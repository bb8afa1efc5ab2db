# SPDX-License-Identifier: Apache-2.0
"""Prints the name lists of src/falcomod/engine/_uapi.pxd from driver/uapi/*.def.

Cython must be told every C name that it uses, though not its value.  The lists
below the marker line of _uapi.pxd are therefore printed, never typed; a test
compares them.  Without arguments the file is rewritten, with --check it is
only compared (exit code 1 when it is out of date).
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UAPI = ROOT / "driver" / "uapi"
TARGET = ROOT / "src" / "falcomod" / "engine" / "_uapi.pxd"
MARKER = "# Printed by tools/print_uapi_pxd.py from here on.\n"


def rows(file: str, macro: str) -> Iterator[list[str]]:
    """The arguments of every use of *macro* in a .def file, in order."""
    text = (UAPI / file).read_text(encoding="utf-8")
    for match in re.finditer(rf"^\s*{macro}\(([^)]*)\)", text, re.MULTILINE):
        yield [argument.strip() for argument in match.group(1).split(",")]


def enum(heading: str, names: Iterable[str]) -> str:
    """One anonymous extern enum; several names a line, or the file would be 2000 lines."""
    packed = textwrap.fill(", ".join(names), 90, break_long_words=False, break_on_hyphens=False)
    return f"    # {heading}\n    enum:\n" + textwrap.indent(packed, " " * 8) + "\n"


def event_lists() -> Iterator[str]:
    events = [row[0] for row in rows("falcomod_events.def", "FM_EVENT") if row[0] != "id"]
    params = rows("falcomod_events.def", "FM_PARAM(?:_FLAGS|_PATH|_DYN)?")
    yield enum("Codes.", (f"FM_{event}" for event in events))
    yield enum("Parameter indices.", (f"FM_{row[0]}_{row[1]}" for row in params if row[0] != "id"))


def flag_lists() -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for group, name, *_ in rows("falcomod_flags.def", "FM_FLAG"):
        if group != "group":
            groups.setdefault(group, []).append(f"FM_{group}_{name}")
    for group, names in groups.items():
        yield enum(f"Vocabulary {group}.", names)


def lists() -> str:
    """Everything below the marker."""
    syscalls = [row[0] for row in rows("falcomod_syscalls.def", "FM_SYSCALL") if row[0] != "name"]
    parts = [
        *event_lists(),
        *flag_lists(),
        enum("System calls.", (f"FM_SC_{name}" for name in syscalls)),
    ]
    return 'cdef extern from "falcomod_events.h" nogil:\n' + "\n".join(parts)


def expected(current: str) -> str:
    head, marker, _ = current.partition(MARKER)
    if not marker:
        raise SystemExit(f"{TARGET}: the marker line is missing")
    return head + MARKER + lists()


def main(arguments: list[str]) -> int:
    current = TARGET.read_text(encoding="utf-8")
    if arguments == ["--check"]:
        return int(current != expected(current))
    TARGET.write_text(expected(current), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

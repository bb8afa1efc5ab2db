# SPDX-License-Identifier: Apache-2.0
"""The tables of driver/uapi, read from the .def files' text.

Shares nothing with the C preprocessor or the engine, so that a mistake in either shows
as a difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

UAPI = Path(__file__).resolve().parents[2] / "driver" / "uapi"


@dataclass(frozen=True, kw_only=True)
class Param:
    name: str
    type: str  # "FSRELPATH"
    format: str  # "NA", "DEC", "HEX", "OCT"
    vocabulary: str | None = None
    dirfd: str | None = None  # the parameter a path is relative to
    layouts: str | None = None  # of a DYN


@dataclass(frozen=True, kw_only=True)
class Event:
    id: str  # "OPENAT_2_X"
    code: int
    name: str  # "openat"
    origin: str
    loss_class: str
    flags: frozenset[str]
    params: tuple[Param, ...]


@dataclass(frozen=True, kw_only=True)
class Syscall:
    name: str
    sc: int
    x86_64: int  # -1: none
    ia32: int
    arm64: int
    event: str
    capture_class: str


def _rows(file: str, macro: str) -> list[list[str]]:
    """Arguments of every use of a macro (a regular expression), the macro's name first."""
    text = re.sub(r"/\*.*?\*/", "", (UAPI / file).read_text(), flags=re.DOTALL)
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("#", "\t\tFM_E")))
    uses = re.finditer(rf"^\s*({macro})\(([^)]*)\)", text, re.MULTILINE)
    return [[use[1], *(part.strip() for part in use[2].split(","))] for use in uses]


_EXTRA = {"FM_PARAM_FLAGS": "vocabulary", "FM_PARAM_PATH": "dirfd", "FM_PARAM_DYN": "layouts"}


@cache
def events() -> dict[int, Event]:
    """Events by code."""
    params: dict[str, list[Param]] = {}
    for macro, event, name, type_, format_, *extra in _rows("falcomod_events.def", r"FM_PARAM\w*"):
        more = {_EXTRA[macro]: extra[0]} if extra else {}
        params.setdefault(event, []).append(Param(name=name, type=type_, format=format_, **more))
    found = {}
    for _, id_, code, name, _category, origin, loss, flags in _rows(
        "falcomod_events.def", "FM_EVENT"
    ):
        found[int(code)] = Event(
            id=id_,
            code=int(code),
            name=name.strip('"'),
            origin=origin,
            loss_class=loss,
            flags=frozenset(flag.strip() for flag in flags.split("|")),
            params=tuple(params.get(id_, ())),
        )
    return found


@cache
def event_codes() -> dict[str, int]:
    """Codes by event id."""
    return {event.id: code for code, event in events().items()}


@cache
def syscalls() -> dict[str, Syscall]:
    """System calls by name."""
    return {
        name: Syscall(
            name=name,
            sc=int(sc),
            x86_64=int(x86_64),
            ia32=int(ia32),
            arm64=int(arm64),
            event=event,
            capture_class=capture_class,
        )
        for _, name, sc, x86_64, ia32, arm64, event, capture_class in _rows(
            "falcomod_syscalls.def", "FM_SYSCALL"
        )
    }


@cache
def vocabulary(group: str) -> dict[str, int]:
    """Values of a flag or enum vocabulary by name."""
    return {
        name: int(value.rstrip("uUlL"), 0)
        for _, owner, name, value in _rows("falcomod_flags.def", "FM_FLAG")
        if owner == group
    }


@cache
def param_type_numbers() -> dict[str, int]:
    """Numbers of the parameter types, by name."""
    text = (UAPI / "falcomod_events.h").read_text()
    return {name: int(value) for name, value in re.findall(r"FM_PT_(\w+) = (\d+),", text)}


def flags(group: str, *names: str) -> int:
    """Several values of a vocabulary, or-ed."""
    values = vocabulary(group)
    total = 0
    for name in names:
        total |= values[name]
    return total

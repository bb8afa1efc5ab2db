# SPDX-License-Identifier: Apache-2.0
"""The events that rules can be about, printed from the table that drivers share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from falcomod.app import tables
from falcomod.engine.decode.schema import EVENTS, SYSCALLS, EventInfo, ParamInfo, codes_of

# Of the public event table that ours is one with (falcosecurity/libs, driver/SCHEMA_VERSION).
SCHEMA_VERSION = "4.5.1"
GENERIC = "GENERIC_X"


@dataclass(frozen=True, slots=True)
class Row:
    """One value of evt.type."""

    name: str
    category: str  # as evt.category has it, but for what depends on the descriptor
    params: tuple[ParamInfo, ...]


def sections() -> Iterator[tuple[str, list[Row]]]:
    """Titles with their events, sorted by name.

    Only ends of calls: the beginning of one is no event of its own.
    """
    for title, origin in ORIGINS:
        rows = [
            _row(event)
            for event in EVENTS.values()
            if event.origin == origin and event.id != GENERIC and _is_told(event)
        ]
        if origin == "SYSCALL":
            rows += [Row(name, "other", ()) for name in _without_own_event()]
        # Of the two ends of a metaevent one is enough.
        yield title, sorted({row.name: row for row in rows}.values(), key=lambda row: row.name)


def text(*, width: int) -> Iterator[str]:
    """For reading on a terminal of *width* columns."""
    yield f"The events below are valid for Falco *Schema Version*: {SCHEMA_VERSION}"
    for title, rows in sections():
        yield ""
        yield title
        yield ""
        cells = [(row.name, row.category, _parameters(row)) for row in rows]
        yield from tables.columns(cells, width=width, indent="  ")


def markdown() -> Iterator[str]:
    """For docs: a section for each kind of event."""
    yield f"The events below are valid for Falco *Schema Version*: {SCHEMA_VERSION}"
    for title, rows in sections():
        yield ""
        yield f"## {title}"
        yield ""
        cells = [(tables.code(row.name), row.category, _parameters(row)) for row in rows]
        yield from tables.markdown(("Event", "Category", "Parameters"), cells)


def as_json() -> str:
    """For programs: keys as `falco --list-events --format json` has them, and the category."""
    listed: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
    for title, rows in sections():
        listed[title] = [
            {
                "name": row.name,
                "dir": "<",
                "available": True,
                "category": row.category,
                "params": [_param_json(param) for param in row.params],
            }
            for row in rows
        ]
    return json.dumps(listed, indent=2)


def _row(event: EventInfo) -> Row:
    return Row(event.name, CATEGORIES.get(event.category, event.category.lower()), event.params)


def _is_told(event: EventInfo) -> bool:
    return bool(event.is_exit) or event.origin != "SYSCALL"


def _without_own_event() -> list[str]:
    """System calls that are told by their number only."""
    generic = next(event.code for event in EVENTS.values() if event.id == GENERIC)
    return [name for name in SYSCALLS if codes_of(name) == {generic}]


def _parameters(row: Row) -> str:
    return ", ".join(f"{param.name} {param.type.lower()}" for param in row.params)


def _param_json(param: ParamInfo) -> dict[str, Any]:
    found: dict[str, Any] = {"type": param.type, "name": param.name}
    if param.vocabulary:
        found["flags"] = list(param.vocabulary)
    return found


ORIGINS = (
    ("Syscall events", "SYSCALL"),
    ("Tracepoint events", "TRACEPOINT"),
    ("Plugin events", "PLUGIN"),
    ("Metaevents", "METAEVENT"),
)
CATEGORIES = {"IPC": "IPC"}

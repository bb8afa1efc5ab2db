# SPDX-License-Identifier: Apache-2.0
"""The list of events in each of its forms."""

from __future__ import annotations

import json

from falcomod.app import events_table
from falcomod.engine.decode.schema import EVENTS, SYSCALLS, codes_of


def names() -> set[str]:
    return {row.name for _, rows in events_table.sections() for row in rows}


def test_every_type_that_can_be_compared_is_there() -> None:
    ends = {event.name for event in EVENTS.values() if event.is_exit or event.origin != "SYSCALL"}
    told = {event.name for event in EVENTS.values() if event.origin == "ITER"}
    calls = {name for name in SYSCALLS if codes_of(name)}
    assert names() == (ends | calls) - told - {"syscall"}


def test_names_stand_once_in_a_section() -> None:
    for title, rows in events_table.sections():
        found = [row.name for row in rows]
        assert len(found) == len(set(found)), title
        assert found == sorted(found)


def test_text_shows_parameters_with_their_types() -> None:
    lines = list(events_table.text(width=300))
    assert lines[0].endswith(events_table.SCHEMA_VERSION)
    line = next(line for line in lines if line.split()[:1] == ["openat"])
    assert line.split(maxsplit=2)[1] == "file"
    assert "fd fd, dirfd fd, name fsrelpath, flags flags32" in line
    assert max(map(len, events_table.text(width=90))) <= 90


def test_json_is_keyed_as_tools_know_it() -> None:
    found = json.loads(events_table.as_json())
    assert found["schema_version"] == events_table.SCHEMA_VERSION
    openat = next(row for row in found["Syscall events"] if row["name"] == "openat")
    assert openat["dir"] == "<"
    flags = next(param for param in openat["params"] if param["name"] == "flags")
    assert flags["type"] == "FLAGS32"
    assert "O_RDONLY" in flags["flags"]
    assert {row["name"] for row in found["Tracepoint events"]} >= {"procexit"}


def test_markdown_has_a_row_for_each_event() -> None:
    rows = [line for line in events_table.markdown() if line.startswith("| `")]
    assert len(rows) == sum(len(rows) for _, rows in events_table.sections())

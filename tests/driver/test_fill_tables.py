# SPDX-License-Identifier: Apache-2.0
"""Every event that the driver fills has its test here, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.reference import tables

HERE = Path(__file__).parent
FILL = HERE.parents[1] / "driver" / "fill"


def filled() -> set[str]:
    """Event ids in the tables at the end of the driver's fill files."""
    rows = (
        re.findall(r"\tFM_FILL\((\w+), (?:fm_)?fill_\w+\)", path.read_text())
        for path in FILL.glob("*.c")
    )
    return {event for row in rows for event in row} | {"PROCEXIT_1_E"}


def declared() -> dict[str, tuple[str, ...]]:
    """What each test file says it covers."""
    found = {}
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            match node:
                case ast.Assign(targets=[ast.Name(id="EVENTS")], value=value):
                    found[path.stem.removeprefix("test_")] = ast.literal_eval(value)
    return found


def test_every_filled_event_is_tested() -> None:
    assert sorted(event for events in declared().values() for event in events) == sorted(filled())


def test_every_file_is_named_after_its_event() -> None:
    for name, events in declared().items():
        for event in events:
            calls = {call.name for call in tables.syscalls().values() if call.event == event}
            plain = tables.events()[tables.event_codes()[event]].name
            assert name in calls | {plain} or event == "GENERIC_X", (name, event)

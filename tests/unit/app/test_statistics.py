# SPDX-License-Identifier: Apache-2.0
"""The summary at the end, line for line."""

from __future__ import annotations

from falcomod.alert.model import Alert, Priority
from falcomod.app.statistics import Statistics


def alert(rule: str, priority: Priority) -> Alert:
    return Alert(
        time_ns=1,
        priority=priority,
        rule=rule,
        output="",
        output_fields={},
        tags=(),
        hostname="h",
        source="syscall",
    )


def test_summary_of_a_run() -> None:
    statistics = Statistics()
    statistics.count(alert("B", Priority.INFORMATIONAL))
    statistics.count(alert("A", Priority.WARNING))
    statistics.count(alert("A", Priority.WARNING))
    text = statistics.summary(
        {"events": 1000, "corrupt": 2, "corrupt_length": 2, "corrupt_type": 0},
        {"lost": 3, "lost_full": 3, "lost_full_open_exit": 2, "lost_full_other": 1},
    )
    assert text.splitlines() == [
        "Events detected: 3",
        "Rule counts by severity:",
        "   WARNING: 2",
        "   INFO: 1",
        "Triggered rules by rule name:",
        "   A: 2",
        "   B: 1",
        "Events processed: 1000",
        "Events dropped: 3",
        "   full: 3",
        "      other: 1",
        "      open_exit: 2",
        "Records refused: 2",
        "   length: 2",
    ]


def test_summary_of_an_empty_run_still_tells_losses() -> None:
    lines = Statistics().summary({}, {}).splitlines()
    assert lines[0] == "Events detected: 0"
    assert "Events dropped: 0" in lines

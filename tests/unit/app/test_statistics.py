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


def test_summary_tells_of_containers_that_were_asked_about() -> None:
    lines = Statistics().summary(
        {
            "waiting_held": 40,
            "waiting_timeouts": 1,
            "waiting_asked": 2,
            "waiting_total_us": 9000,
            "waiting_longest_us": 7250,
        },
        {},
        {"wanted": 12, "unknown": 1, "refused": 0},
        {
            "containerd": {"asked": 14, "found": 11, "unknown": 3, "failed": 0},
            "docker": {"asked": 0, "found": 0, "unknown": 0, "failed": 0},
        },
    )
    assert lines.splitlines()[-7:] == [
        "Records refused: 0",
        "Containers: 12",
        "   unknown: 1",
        "   containerd: asked 14, found 11, unknown 3",
        "Events that waited: 40",
        "   timeouts: 1",
        "   for: 4.5 ms on average, 7.2 ms at most",
    ]


def test_summary_without_containers_is_silent_about_them() -> None:
    counters = {"wanted": 0, "unknown": 0, "refused": 0}
    assert "Containers" not in Statistics().summary({}, {}, counters, {})

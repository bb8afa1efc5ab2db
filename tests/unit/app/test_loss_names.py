# SPDX-License-Identifier: Apache-2.0
"""Every reason and class that drivers count has a name of Falco's."""

from __future__ import annotations

from falcomod.app.loss_names import FIELDS, buffer_drops, drop_counts
from falcomod.engine.decode.schema import LOSS_CLASSES, LOSS_REASONS


def lost(reason: str, kind: str, count: int) -> dict[str, int]:
    """Counters of a source that lost this alone."""
    return {
        "produced": 1000,
        "lost": count,
        f"lost_{reason}": count,
        f"lost_{reason}_{kind}": count,
    }


def test_names_are_falcos() -> None:
    assert sorted(drop_counts({})) == [
        "n_drops",
        "n_drops_buffer_clone_fork_exit",
        "n_drops_buffer_close_exit",
        "n_drops_buffer_connect_exit",
        "n_drops_buffer_dir_file_exit",
        "n_drops_buffer_execve_exit",
        "n_drops_buffer_open_exit",
        "n_drops_buffer_other_interest_exit",
        "n_drops_buffer_proc_exit",
        "n_drops_buffer_total",
        "n_drops_bug",
        "n_drops_page_faults",
        "n_drops_scratch_map",
        "n_evts",
    ]


def test_every_reason_is_part_of_the_sum() -> None:
    assert {"full", *FIELDS} == set(LOSS_REASONS)
    for reason in LOSS_REASONS:
        counts = drop_counts(lost(reason, "other", 7))
        assert (counts["n_evts"], counts["n_drops"]) == (1000, 7)
        name = FIELDS.get(reason, "n_drops_buffer_total")
        assert [name for name, count in counts.items() if count == 7] == ["n_drops", name]


def test_every_class_is_told() -> None:
    for kind in LOSS_CLASSES:
        found = [row for row in buffer_drops(lost("full", kind, 3)) if row[2]]
        assert len(found) == 1
        drop, direction, _ = found[0]
        assert kind in (f"{drop}_{direction}", drop)


def test_both_directions_of_every_class() -> None:
    rows = list(buffer_drops({}))
    assert len(rows) == len({(drop, direction) for drop, direction, _ in rows})
    assert {direction for _, direction, _ in rows} == {"enter", "exit"}
    assert len(rows) == 2 * len({drop for drop, _, _ in rows})
    assert ("clone_fork", "enter", 0) in rows
    assert ("proc", "exit", 0) in rows

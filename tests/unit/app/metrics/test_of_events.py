# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses

from falcomod.app.metrics.of_events import KERNEL, PROGRAM_NAMES, PROGRAMS, REASONS, ROWS
from falcomod.app.metrics.row import Moment, Value
from falcomod.engine.capture.bpf import ENTRIES
from falcomod.engine.state.tables import State
from tests.metrics_moment import full_moment, full_snapshot


def values(moment: Moment) -> dict[str, Value]:
    return {row.key(sample): sample.value for row in ROWS for sample in row.samples(moment)}


def test_losses_by_reason_make_the_sum() -> None:
    found = values(full_moment())
    parts = ("buffer_total", "scratch_map", "page_faults", "bug")
    counts = [found[f"scap.n_drops_{part}"] for part in parts]
    assert all(counts)
    # The moment's own sum is a round number; its reasons are what they are.
    assert sum(int(count) for count in counts) == 11 * (1 + 2 + 3 + 4)
    assert found["scap.n_preemptions"] == found["scap.n_drops_bug"]


def test_classes_make_the_drops_of_full_rings() -> None:
    found = values(full_moment())
    classes = [
        value
        for name, value in found.items()
        if name.startswith("scap.n_drops_buffer_") and name != "scap.n_drops_buffer_total"
    ]
    assert sum(int(value) for value in classes) == found["scap.n_drops_buffer_total"]


def test_without_a_driver_there_are_no_numbers_of_it() -> None:
    moment = Moment(now=dataclasses.replace(full_snapshot(), source={}))
    for row in ROWS:
        if row.switch in (KERNEL, PROGRAMS):
            assert not list(row.samples(moment)), row.name


def test_programs_that_never_ran_take_no_time() -> None:
    source = {"runs_dispatch": 0, "run_ns_dispatch": 0}
    found = values(Moment(now=dataclasses.replace(full_snapshot(), source=source)))
    assert found["scap.sys_exit.avg_time_ns"] == 0


def test_every_program_at_a_tracepoint_has_a_name() -> None:
    assert set(PROGRAM_NAMES) == set(ENTRIES)
    found = values(full_moment())
    assert found["scap.sys_exit.run_cnt"] == 50
    assert found["scap.sys_exit.run_time_ns"] == 5_000
    assert found["scap.sys_exit.avg_time_ns"] == 100


def test_state_counts_what_the_rows_ask_for() -> None:
    moment = Moment(now=dataclasses.replace(full_snapshot(), state=State().counters()))
    rows = [row for row in ROWS if row.switch == "state_counters_enabled"]
    assert len(rows) == len([sample for row in rows for sample in row.samples(moment)])


def test_every_reason_is_explained() -> None:
    names = {row.name.removeprefix("scap.") for row in ROWS}
    assert set(REASONS) <= names

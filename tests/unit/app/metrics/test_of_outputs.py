# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from falcomod.app.metrics.of_outputs import CONTAINER_AMOUNTS, OUTPUT_AMOUNTS, ROWS
from falcomod.app.metrics.row import COUNTER, GAUGE, Row, Sample
from tests.metrics_moment import full_moment


def samples(prometheus: str) -> list[Sample]:
    (row,) = [row for row in ROWS if row.prometheus == prometheus]
    return list(row.samples(full_moment()))


def test_outputs_are_told_apart() -> None:
    found = {sample.key: sample for sample in samples("falcomod_output_alerts_total")}
    assert found["http.dropped"].value == 5
    assert found["http.dropped"].labels == {"output": "http", "outcome": "dropped"}
    assert found["stdout.written"].value == 7
    assert not [key for key in found if key.endswith(OUTPUT_AMOUNTS)]


def test_amounts_of_outputs_are_gauges() -> None:
    assert [sample.value for sample in samples("falcomod_output_waiting_alerts")] == [0, 1]
    assert samples("falcomod_output_spool_alerts") == [Sample({"output": "http"}, 2, "http")]
    assert samples("falcomod_output_spool_bytes") == [Sample({"output": "http"}, 4096, "http")]


def test_amounts_of_containers_are_no_counters() -> None:
    keys = {sample.key for sample in samples("falcomod_containers_total")}
    assert "wanted" in keys
    assert not keys & set(CONTAINER_AMOUNTS)


def test_reloads_are_told_by_their_end() -> None:
    assert {sample.key: sample.value for sample in samples("falcomod_reloads_total")} == {
        "done": 1,
        "failed": 2,
    }


def test_every_row_has_our_own_name() -> None:
    def is_ours(row: Row) -> bool:
        return row.name.startswith("falcomod.") or not row.name

    assert all(is_ours(row) and row.prometheus.startswith("falcomod_") for row in ROWS)
    assert {row.kind for row in ROWS} == {COUNTER, GAUGE}

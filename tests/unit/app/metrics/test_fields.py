# SPDX-License-Identifier: Apache-2.0
"""Names and values of output_fields, and what each option of `metrics` does to them.

All of them together are in tests/golden/metrics_fields.json.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from falcomod.app.metrics.fields import ROWS, SAMPLES_MAX, markdown, output_fields
from falcomod.app.metrics.resources import Resources
from falcomod.app.metrics.row import COUNTER, GAUGE, TEXT, Moment
from falcomod.app.snapshot import RuleKey, Snapshot
from falcomod.config.service_options import Metrics
from tests.metrics_moment import START_NS, full_moment, full_snapshot


def told(**options: Any) -> dict[str, Any]:
    return dict(output_fields(full_moment(), Metrics(**options)))


def test_every_row_has_a_value_in_a_full_moment() -> None:
    moment = full_moment()
    for row in ROWS:
        samples = list(row.samples(moment))
        assert samples, row.name or row.prometheus
        assert row.name or row.prometheus
        assert row.kind in (COUNTER, GAUGE, TEXT)
        assert row.doc.endswith("."), row.name
        for sample in samples:
            assert isinstance(sample.value, str) == (row.kind == TEXT)
        # More than one needs something to tell them by.
        if "{" not in row.name and row.name:
            assert len(samples) == 1


def test_names_are_given_once() -> None:
    names = [row.name for row in ROWS if row.name]
    assert len(names) == len(set(names))
    prometheus = [row.prometheus for row in ROWS if row.prometheus]
    assert len(prometheus) == len(set(prometheus))


def test_every_switch_is_an_option_and_leaves_out_its_own() -> None:
    options = {option.name: option for option in dataclasses.fields(Metrics)}
    switches = {row.switch for row in ROWS if row.switch}
    used = {
        name
        for name, option in options.items()
        if name.endswith("_enabled") and not option.metadata["unused"]
    }
    assert switches == used
    whole = told()
    for switch in switches:
        left_out = set(whole) - set(told(**{switch: False}))
        rows = [row for row in ROWS if row.switch == switch]
        assert left_out
        for name in left_out:
            assert any(_pattern(row.name).fullmatch(name) for row in rows), name


def test_everything_off_leaves_what_always_is() -> None:
    off: dict[str, Any] = {row.switch: False for row in ROWS if row.switch}
    fields = told(**off)
    assert fields["falco.version"]
    assert "falco.memory_rss_mb" not in fields
    assert "scap.n_evts" not in fields


@pytest.mark.parametrize(("to_mb", "name", "value"), [(True, "mb", 100.0), (False, "kb", 102400)])
def test_memory_has_its_unit_in_its_name(to_mb: bool, name: str, value: float) -> None:
    fields = told(convert_memory_to_mb=to_mb)
    assert fields[f"falco.memory_rss_{name}"] == value
    assert fields[f"falco.container_memory_used_{name}"] == pytest.approx(1.2 * value)
    other = "kb" if to_mb else "mb"
    assert not [key for key in fields if key.endswith(f"_{other}")]


def test_zeros_are_told_where_that_is_asked_for() -> None:
    moment = Moment(
        now=Snapshot(time_ns=START_NS, start_ns=START_NS, reload_ns=START_NS, state={"fds": 0})
    )
    assert "falco.n_fds" not in output_fields(moment, Metrics())
    assert output_fields(moment, Metrics(include_empty_values=True))["falco.n_fds"] == 0
    # Of these receivers compute with.
    assert output_fields(moment, Metrics())["falco.num_evts"] == 0


def test_rates_and_values_before_are_of_the_snapshot_before() -> None:
    before = full_snapshot(10)
    now = dataclasses.replace(
        full_snapshot(20),
        engine={"events": before.engine["events"] + 500},
        source=dict(before.source) | {"produced": 12_000, "lost": 300},
    )
    fields = output_fields(Moment(now=now, before=before), Metrics())
    assert fields["falco.num_evts_prev"] == 10_000
    assert fields["falco.evts_rate_sec"] == 50.0
    assert fields["scap.n_evts_prev"] == 10_000
    assert fields["scap.evts_rate_sec"] == 200.0
    assert fields["scap.n_drops_prev"] == 100
    assert fields["scap.evts_drop_rate_sec"] == 20.0
    assert fields["scap.n_drops_perc"] == 10.0


def test_what_was_not_measured_is_absent() -> None:
    moment = Moment(now=full_snapshot(), resources=Resources())
    fields = output_fields(moment, Metrics(include_empty_values=True))
    assert not [name for name in fields if "memory" in name or "cpu" in name]
    assert None not in fields.values()


def test_rules_without_end_are_bounded() -> None:
    alerts = {RuleKey(f"rule {number}", 4, "syscall"): 1 for number in range(SAMPLES_MAX + 50)}
    now = dataclasses.replace(full_snapshot(), alerts=alerts)
    fields = output_fields(Moment(now=now), Metrics())
    assert fields["falco.rules.matches_total"] == SAMPLES_MAX + 50
    rules = [name for name in fields if name.startswith("falco.rules.rule")]
    assert len(rules) == SAMPLES_MAX


def test_page_of_the_reference_has_every_row() -> None:
    lines = list(markdown())
    assert len(lines) == len(ROWS) + 2
    text = "\n".join(lines)
    for row in ROWS:
        assert row.prometheus in text
        assert row.doc.replace("|", "\\|") in text
    assert "`falco.rules.<rule>`" in text


def _pattern(name: str) -> re.Pattern[str]:
    before, _, rest = name.partition("{")
    behind = rest.rpartition("}")[2]
    middle = ".*" if rest else "(_mb)?"
    return re.compile(re.escape(before) + middle + re.escape(behind))

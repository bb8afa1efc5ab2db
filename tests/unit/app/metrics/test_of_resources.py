# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses

from falcomod.app.metrics.of_resources import ROWS
from falcomod.app.metrics.resources import Resources
from falcomod.app.metrics.row import Moment
from tests.metrics_moment import RESOURCES, full_snapshot


def test_each_row_is_a_number_of_its_own() -> None:
    moment = Moment(now=full_snapshot(), resources=RESOURCES)
    values = [sample.value for row in ROWS for sample in row.samples(moment)]
    measured = list(dataclasses.asdict(RESOURCES).values())
    assert len(values) == len(set(values)) == len(ROWS)
    assert set(values) <= {value for value in measured if isinstance(value, int | float)}


def test_what_was_not_measured_has_no_sample() -> None:
    moment = Moment(now=full_snapshot(), resources=Resources())
    assert not [sample for row in ROWS for sample in row.samples(moment)]

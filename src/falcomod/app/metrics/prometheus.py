# SPDX-License-Identifier: Apache-2.0
"""Metrics as Prometheus reads them: the home of prometheus_client.

The library (Apache 2.0; kept by the Prometheus project) knows the format: what is escaped, how
numbers are written, what may be a name.  Names of the rows are Falco's, and ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from falcomod.app.metrics.fields import SAMPLES_MAX, rows_of
from falcomod.app.metrics.resources import Resources
from falcomod.app.metrics.row import COUNTER, PERCENT, TEXT, Moment, Row, Sample
from falcomod.app.snapshot import Snapshot
from falcomod.config.service_options import Metrics

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


def text(snapshot: Snapshot, options: Metrics, resources: Resources) -> str:
    """The page for scrapers, of the rows that are switched on; numbers that are 0 included."""
    # Late: whoever is never scraped does not pay for it.
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    class Page(Collector):
        """The only collector of a registry of its own, without the library's own metrics."""

        def collect(self) -> Iterator[Metric]:
            return families(Moment(now=snapshot, resources=resources), options)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Page())
    return generate_latest(registry).decode("utf-8")


def families(moment: Moment, options: Metrics) -> Iterator[Metric]:
    """A family for each row that has samples."""
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    for row in rows_of(options):
        if not row.prometheus:
            continue
        values = _values(row, moment)
        if not values:
            continue
        kind = CounterMetricFamily if row.kind == COUNTER else GaugeMetricFamily
        family = kind(row.prometheus, row.doc)
        for labels, value in values.items():
            family.add_sample(row.prometheus, dict(labels), value)
        yield family


def _values(row: Row, moment: Moment) -> dict[tuple[tuple[str, str], ...], float]:
    """Values by labels, each set of labels once: readers refuse a page that has one twice."""
    values: dict[tuple[tuple[str, str], ...], float] = {}
    for sample in row.samples(moment):
        labels = tuple(sorted(sample.labels.items()))
        if labels not in values and len(values) >= SAMPLES_MAX:
            break
        value = _value(row, sample)
        values[labels] = value + values.get(labels, 0.0) if row.kind == COUNTER else value
    return values


def _value(row: Row, sample: Sample) -> float:
    if row.kind == TEXT:
        return 1.0
    value = float(sample.value)
    return value / 100 if row.unit == PERCENT else value

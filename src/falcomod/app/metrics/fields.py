# SPDX-License-Identifier: Apache-2.0
"""Metrics as output_fields: the names of Falco, switched by the options of `metrics`."""

from __future__ import annotations

from collections.abc import Iterator

from falcomod.alert.model import FieldValue
from falcomod.app import tables
from falcomod.app.metrics.of_events import ROWS as OF_EVENTS
from falcomod.app.metrics.of_outputs import ROWS as OF_OUR_OWN
from falcomod.app.metrics.of_program import ROWS as OF_THE_PROGRAM
from falcomod.app.metrics.of_resources import ROWS as OF_RESOURCES
from falcomod.app.metrics.row import COUNTER, MEMORY, PERCENT, Moment, Row, Value
from falcomod.config.service_options import Metrics

KB = 1024
MB = 1024 * 1024
SAMPLES_MAX = 4096  # of a row: rules and files come and go for months


def rows_of(options: Metrics) -> Iterator[Row]:
    """The rows that are switched on."""
    return (row for row in ROWS if not row.switch or getattr(options, row.switch))


def output_fields(moment: Moment, options: Metrics) -> dict[str, FieldValue]:
    """The numbers by name, as they are told in alerts and files."""
    fields: dict[str, FieldValue] = {}
    for row in rows_of(options):
        if not row.name:
            continue
        for number, sample in enumerate(row.samples(moment)):
            if number >= SAMPLES_MAX:
                break
            is_told = sample.value or row.is_always_told or options.include_empty_values
            if not is_told:
                continue
            key, value = row.key(sample), sample.value
            if row.unit == MEMORY:
                key, value = _memory(key, value, options)
            elif row.unit == PERCENT and isinstance(value, float):
                value = round(value, 1)
            before = fields.get(key)
            # Two rules whose names differ in what no name of a metric may have.
            if row.kind == COUNTER and isinstance(before, int) and isinstance(value, int):
                value += before
            fields[key] = value
    return fields


def markdown() -> Iterator[str]:
    """The rows as a table, for the reference."""
    yield from tables.markdown(
        ("In output_fields", "In Prometheus", "Kind", "Switch of `metrics`", "What it is"),
        [
            (
                tables.code(_shown(row)),
                tables.code(row.prometheus),
                row.kind,
                tables.code(row.switch),
                row.doc,
            )
            for row in ROWS
        ],
    )


def _memory(key: str, value: Value, options: Metrics) -> tuple[str, Value]:
    size = int(value)
    if options.convert_memory_to_mb:
        return f"{key}_mb", round(size / MB, 1)
    return f"{key}_kb", size // KB


def _shown(row: Row) -> str:
    """Its name as users read it, placeholders in angle brackets."""
    name = row.name.replace("{", "<").replace("}", ">")
    return f"{name}_mb" if row.unit == MEMORY else name


ROWS: tuple[Row, ...] = (*OF_THE_PROGRAM, *OF_RESOURCES, *OF_EVENTS, *OF_OUR_OWN)

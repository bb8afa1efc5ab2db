# SPDX-License-Identifier: Apache-2.0
"""A metric: the row that computes it is the row that documents it.

Rows are in metrics_program, metrics_resources, metrics_events and metrics_own; metrics_fields
makes JSON of them, prometheus its text, and tools/print_docs.py the page of the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from falcomod.app.metrics.resources import Resources
from falcomod.app.snapshot import Snapshot

Number = int | float
Value = Number | str

COUNTER = "counter"  # never less than before
GAUGE = "gauge"
TEXT = "text"  # in Prometheus a gauge of 1, the text is a label

# What a number is of; Prometheus has other units than Falco's JSON.
PLAIN = ""
MEMORY = "memory"  # bytes; in JSON kB or MB, and the name says which
PERCENT = "percent"  # in Prometheus a ratio
SECONDS = "seconds"


class Sample(NamedTuple):
    """One value of a metric: told from others by labels in Prometheus, by *key* in JSON."""

    labels: Mapping[str, str]
    value: Value
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What metrics are computed from; *before* is the snapshot that was told last."""

    now: Snapshot
    before: Snapshot | None = None
    resources: Resources = field(default_factory=Resources)

    @property
    def since_s(self) -> float:
        """Seconds since the snapshot before, or since the start."""
        from_ns = self.now.start_ns if self.before is None else self.before.time_ns
        return max(0.0, (self.now.time_ns - from_ns) / 1e9)

    def grown(self, count: Callable[[Snapshot], int]) -> int:
        """How much a counter has grown since the snapshot before, or since the start."""
        return max(0, count(self.now) - (count(self.before) if self.before is not None else 0))

    def rate(self, count: Callable[[Snapshot], int]) -> float:
        """The same for each second."""
        since_s = self.since_s
        return round(self.grown(count) / since_s, 3) if since_s > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """A metric, or some that differ in their labels.

    *name* is that of output_fields, in which what is from the first { to the last } stands for
    the key of a sample; empty: it is in Prometheus alone, and the other way round.  *switch* is
    the option of `metrics` that it needs.  *unit* is of what *samples* gives, which gives
    nothing where nothing is known.
    """

    name: str = ""
    prometheus: str = ""
    kind: str
    doc: str
    samples: Callable[[Moment], Iterable[Sample]]
    switch: str = ""
    unit: str = PLAIN
    is_always_told: bool = False  # in JSON, also where it is 0

    def key(self, sample: Sample) -> str:
        """The name of a sample in output_fields."""
        before, brace, rest = self.name.partition("{")
        return before + sample.key + rest.rpartition("}")[2] if brace else self.name


def one(value: Callable[[Moment], Value | None]) -> Callable[[Moment], Iterable[Sample]]:
    """The samples of a metric without labels; none where its value is None."""

    def samples(moment: Moment) -> Iterable[Sample]:
        found = value(moment)
        return () if found is None else (Sample({}, found),)

    return samples


def text(label: str, value: Callable[[Moment], str | None]) -> Callable[[Moment], Iterable[Sample]]:
    """The sample of a text, which is a label of its own in Prometheus; none where it is empty."""

    def samples(moment: Moment) -> Iterable[Sample]:
        found = value(moment)
        return (Sample({label: found}, found),) if found else ()

    return samples

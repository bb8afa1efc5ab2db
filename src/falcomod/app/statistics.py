# SPDX-License-Identifier: Apache-2.0
"""What happened during a run, for the summary at its end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from falcomod.alert.model import Alert, Priority
from falcomod.app.snapshot import RuleKey
from falcomod.engine.decode.event import FAULT_NAMES
from falcomod.engine.decode.schema import LOSS_CLASSES, LOSS_REASONS


class Statistics:
    """Counts alerts by their rules, from any thread."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, Priority, str, tuple[str, ...]]] = Counter()
        self._lock = threading.Lock()  # sources of events have threads of their own

    def count(self, alert: Alert) -> None:
        with self._lock:
            self._counts[alert.rule, alert.priority, alert.source, alert.tags] += 1

    def by_rule(self) -> dict[RuleKey, int]:
        """Alerts of each rule that raised any."""
        with self._lock:
            counts = dict(self._counts)
        return {
            RuleKey(name, int(priority), source, tags): count
            for (name, priority, source, tags), count in counts.items()
        }

    @property
    def alerts(self) -> int:
        return sum(self.by_rule().values())

    def summary(
        self,
        engine: Mapping[str, int],
        source: Mapping[str, int],
        containers: Mapping[str, int] | None = None,
        runtimes: Mapping[str, Mapping[str, int]] | None = None,
    ) -> str:
        """The text at the end: alerts in the form users know, then events and losses.

        All are counters by name, as Engine, the sources and Containers give them;
        reasons that did not occur are left out, and containers where there were none.
        """
        by_priority: Counter[int] = Counter()
        by_name: Counter[str] = Counter()
        for key, count in self.by_rule().items():
            by_priority[key.priority] += count
            by_name[key.name] += count
        lines = [f"Events detected: {by_name.total()}", "Rule counts by severity:"]
        lines += [
            f"   {_severity(Priority(priority))}: {count}"
            for priority, count in sorted(by_priority.items())
        ]
        lines.append("Triggered rules by rule name:")
        lines += [f"   {rule}: {count}" for rule, count in sorted(by_name.items())]
        lines.append(f"Events processed: {engine.get('events', 0)}")
        lines += _table("Events dropped", source, "lost", LOSS_REASONS)
        lines += _table("Records refused", engine, "corrupt", FAULT_NAMES)
        if containers and containers["wanted"]:
            lines += _containers(containers, runtimes or {})
            lines += _waits(engine)
        return "\n".join(lines)


def _severity(priority: Priority) -> str:
    return "INFO" if priority is Priority.INFORMATIONAL else priority.name


def _table(
    title: str, counters: Mapping[str, int], name: str, reasons: Iterable[str]
) -> Iterator[str]:
    """The total, below it each reason, below that each class of event that has a counter."""
    yield f"{title}: {counters.get(name, 0)}"
    for reason in reasons:
        count = counters.get(f"{name}_{reason}", 0)
        if not count:
            continue
        yield f"   {reason}: {count}"
        for loss_class in LOSS_CLASSES:
            lost = counters.get(f"{name}_{reason}_{loss_class}", 0)
            if lost:
                yield f"      {loss_class}: {lost}"


def _containers(
    containers: Mapping[str, int], runtimes: Mapping[str, Mapping[str, int]]
) -> Iterator[str]:
    """Containers that events came from, and what came of asking about them."""
    yield f"Containers: {containers['wanted']}"
    for name in ("unknown", "refused"):
        if containers[name]:
            yield f"   {name}: {containers[name]}"
    for runtime, counts in runtimes.items():
        told = [f"{name} {count}" for name, count in counts.items() if count]
        if told:
            yield f"   {runtime}: {', '.join(told)}"


def _waits(engine: Mapping[str, int]) -> Iterator[str]:
    """Events that waited until their container was known, and why some waited in vain."""
    yield f"Events that waited: {engine.get('waiting_held', 0)}"
    for name in ("timeouts", "overflows"):
        if engine.get(f"waiting_{name}"):
            yield f"   {name}: {engine[f'waiting_{name}']}"
    longest_us = engine.get("waiting_longest_us", 0)
    if longest_us and engine.get("waiting_asked"):
        mean_us = engine.get("waiting_total_us", 0) / engine["waiting_asked"]
        yield f"   for: {mean_us / 1000:.1f} ms on average, {longest_us / 1000:.1f} ms at most"

# SPDX-License-Identifier: Apache-2.0
"""What happened during a run, for the summary at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from falcomod.alert.model import Alert, Priority
from falcomod.engine.decode.event import FAULT_NAMES
from falcomod.engine.decode.schema import LOSS_CLASSES, LOSS_REASONS


class Statistics:
    """Counts alerts by priority and by rule."""

    def __init__(self) -> None:
        self.by_priority: Counter[Priority] = Counter()
        self.by_rule: Counter[str] = Counter()

    def count(self, alert: Alert) -> None:
        self.by_priority[alert.priority] += 1
        self.by_rule[alert.rule] += 1

    @property
    def alerts(self) -> int:
        return sum(self.by_rule.values())

    def summary(self, engine: Mapping[str, int], source: Mapping[str, int]) -> str:
        """The text at the end: alerts in the form users know, then events and losses.

        *engine* and *source* are counters by name, as Engine and the sources give
        them; reasons that did not occur are left out.
        """
        lines = [f"Events detected: {self.alerts}", "Rule counts by severity:"]
        lines += [
            f"   {_severity(priority)}: {count}"
            for priority, count in sorted(self.by_priority.items())
        ]
        lines.append("Triggered rules by rule name:")
        lines += [f"   {rule}: {count}" for rule, count in sorted(self.by_rule.items())]
        lines.append(f"Events processed: {engine.get('events', 0)}")
        lines += _table("Events dropped", source, "lost", LOSS_REASONS)
        lines += _table("Records refused", engine, "corrupt", FAULT_NAMES)
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

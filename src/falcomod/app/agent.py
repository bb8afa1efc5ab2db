# SPDX-License-Identifier: Apache-2.0
"""The running program: drains the engine and publishes alerts.

One thread.  The engine works without the GIL and calls back on a match.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from falcomod.alert.explanation import Explanation
from falcomod.alert.model import Alert
from falcomod.app.statistics import Statistics
from falcomod.engine.state.context import ContextView
from falcomod.rules.compile import CompiledRule
from falcomod.rules.model import Rule

log = logging.getLogger(__name__)

WAIT_MS = 100  # longest sleep in the driver, so that a stop is seen soon
BATCH_EVENTS = 65536
DRAIN_WAIT_S = 0.001  # between two looks at records that wait for answers

Publish = Callable[[Alert], object]
Explain = Callable[[Rule, ContextView], Explanation]


class Drains(Protocol):
    """The part of the engine that the agent needs."""

    @property
    def at_end(self) -> bool:
        """Whether its source will never have a record again."""

    def run(self, timeout_ms: int, max_events: int) -> int:
        """Takes what is there; returns how many records it took."""

    def counters(self) -> dict[str, int]:
        """events, and what else was counted."""

    @property
    def is_waiting(self) -> bool:
        """Whether records wait until their container is known."""

    def finish(self) -> None:
        """Takes those, whatever is known."""


class Agent:
    """Runs until it is stopped, until the deadline or until the source has ended.

    Alerts go to *publish*.  *rules* are those of the engine's rulesets, *hostname* is that of
    alerts; *explain*, where given, tells of every alert why its rule matched.  All three may
    be set between two events.
    """

    def __init__(
        self,
        *,
        rules: Sequence[CompiledRule],
        publish: Publish,
        statistics: Statistics,
        hostname: str,
        keep_house: Callable[[], None],
        explain: Explain | None = None,
    ) -> None:
        self.rules = rules
        self._publish = publish
        self._statistics = statistics
        self.hostname = hostname
        self._keep_house = keep_house
        self.explain = explain
        self._stopping = False

    @property
    def is_stopping(self) -> bool:
        """Whether stop() was called."""
        return self._stopping

    def stop(self) -> None:
        """Ends run() after the current batch; safe in a signal handler."""
        self._stopping = True

    def run(self, engine: Drains, *, duration_s: float | None = None) -> None:
        deadline = None if duration_s is None else time.monotonic() + duration_s
        while not (self._stopping or engine.at_end):
            wait_ms = WAIT_MS
            if deadline is not None:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return
                wait_ms = max(1, min(WAIT_MS, int(left_s * 1000)))
            engine.run(wait_ms, BATCH_EVENTS)
            self._keep_house()

    def drain(self, engine: Drains, *, wait_s: float = 0.0) -> None:
        """Takes what is left in a source that has been stopped.

        Records whose container is not known wait *wait_s* for answers, at the most.
        """
        while engine.run(0, BATCH_EVENTS):
            pass
        deadline_s = time.monotonic() + wait_s
        while engine.is_waiting and time.monotonic() < deadline_s:
            time.sleep(DRAIN_WAIT_S)
            engine.run(0, BATCH_EVENTS)
        engine.finish()

    def on_match(self, rule_ids: tuple[int, ...], view: ContextView) -> None:
        """The engine's callback: one alert for each rule."""
        for rule_id in rule_ids:
            alert = self._alert(self.rules[rule_id], view)
            self._statistics.count(alert)
            self._publish(alert)

    def on_error(self, error: BaseException) -> None:
        """The engine's callback for an exception out of on_match; the run goes on."""
        log.error("alert lost: %s: %s", type(error).__name__, error)

    def _alert(self, compiled: CompiledRule, view: ContextView) -> Alert:
        rule = compiled.rule
        return Alert(
            time_ns=view.ts_ns,
            priority=rule.priority,
            rule=rule.name,
            output=compiled.template.render(view),
            output_fields=compiled.template.fields(view),
            tags=tuple(sorted(rule.tags)),
            hostname=self.hostname,
            source=view.source,
            explanation=self._explained(compiled.rule, view),
        )

    def _explained(self, rule: Rule, view: ContextView) -> Explanation | None:
        """Why the rule matched, if that is asked for; an alert does not get lost over it."""
        if self.explain is None:
            return None
        try:
            return self.explain(rule, view)
        except Exception as error:
            log.error("explanation lost: rule=%r %s: %s", rule.name, type(error).__name__, error)
            return None

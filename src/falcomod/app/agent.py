# SPDX-License-Identifier: Apache-2.0
"""The running program: drains the engine and hands alerts to the sinks.

One thread.  The engine works without the GIL and calls back on a match; a
sink that fails is reported once and left out from then on, so that neither
the engine nor the other sinks stop.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from falcomod.alert.model import Alert
from falcomod.app.statistics import Statistics
from falcomod.engine.state.context import ContextView
from falcomod.output.sink import Sink
from falcomod.rules.compile import CompiledRule

log = logging.getLogger(__name__)

WAIT_MS = 100  # longest sleep in the driver, so that a stop is seen soon
BATCH_EVENTS = 65536


class Drains(Protocol):
    """The part of the engine that the agent needs."""

    def run(self, timeout_ms: int, max_events: int) -> int:
        """Takes what is there; returns how many records it took."""


class Agent:
    """Runs until it is stopped or until the deadline."""

    def __init__(
        self,
        *,
        rules: Sequence[CompiledRule],
        sinks: Sequence[Sink],
        statistics: Statistics,
        hostname: str,
        keep_house: Callable[[], None],
    ) -> None:
        self._rules = rules
        self._sinks = list(sinks)
        self._statistics = statistics
        self._hostname = hostname
        self._keep_house = keep_house
        self._stopping = False

    def stop(self) -> None:
        """Ends run() after the current batch; safe in a signal handler."""
        self._stopping = True

    def run(self, engine: Drains, *, duration_s: float | None = None) -> None:
        deadline = None if duration_s is None else time.monotonic() + duration_s
        while not self._stopping:
            wait_ms = WAIT_MS
            if deadline is not None:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return
                wait_ms = max(1, min(WAIT_MS, int(left_s * 1000)))
            engine.run(wait_ms, BATCH_EVENTS)
            self._keep_house()

    def drain(self, engine: Drains) -> None:
        """Takes what is left in a source that has been stopped."""
        while engine.run(0, BATCH_EVENTS):
            pass

    def on_match(self, rule_ids: tuple[int, ...], view: ContextView) -> None:
        """The engine's callback: one alert for each rule, to every sink."""
        for rule_id in rule_ids:
            alert = self._alert(self._rules[rule_id], view)
            self._statistics.count(alert)
            for sink in tuple(self._sinks):
                self._write(sink, alert)

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
            hostname=self._hostname,
            source=view.source,
        )

    def _write(self, sink: Sink, alert: Alert) -> None:
        try:
            sink.write(alert)
        except OSError as error:
            self._sinks.remove(sink)
            name = type(sink).__name__
            log.error("output stopped: sink=%s reason=%s", name, error.strerror or error)
            if not self._sinks:
                log.error("no output is left, stopping")
                self.stop()

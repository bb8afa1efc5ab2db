# SPDX-License-Identifier: Apache-2.0
"""Outputs without queues, for captures: whoever raises an alert waits until it is written.

A capture can wait for its outputs, and must not lose alerts because it is read faster than
they are.  What watches a host has output.outlet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from falcomod.alert.model import Alert
from falcomod.output.sink import Sink

log = logging.getLogger(__name__)


class DirectOutlet:
    """Writes each alert to all sinks; one that fails is told of once and left out from then on.

    *on_dead* is called when none is left.
    """

    def __init__(self, sinks: Sequence[Sink], on_dead: Callable[[], None]) -> None:
        self._sinks = list(sinks)
        self._on_dead = on_dead

    def publish(self, alert: Alert) -> None:
        for sink in tuple(self._sinks):
            try:
                sink.write([alert])
            except OSError as error:
                self._sinks.remove(sink)
                log.error("output stopped: sink=%s reason=%s", sink.name, error.strerror or error)
                if not self._sinks:
                    log.error("no output is left, stopping")
                    self._on_dead()

    def close(self) -> None:
        for sink in self._sinks:
            sink.close()

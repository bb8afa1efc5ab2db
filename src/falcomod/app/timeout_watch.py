# SPDX-License-Identifier: Apache-2.0
"""What happens when no event comes at all: syscall_event_timeouts.

A host that makes no event for minutes is rare; a driver that is stuck looks the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from falcomod.alert.format import local_clock
from falcomod.alert.model import Alert
from falcomod.app.messages import no_events
from falcomod.app.snapshot import Snapshot
from falcomod.config.engine_options import Timeouts

log = logging.getLogger(__name__)


class TimeoutWatch:
    """Looks at the number of events; one thread."""

    def __init__(
        self,
        options: Timeouts,
        publish: Callable[[Alert], object],
        hostname: str,
        *,
        now_s: float | None = None,
        time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._publish = publish
        self._time_ns = time_ns
        self._events = 0
        self._event_ns = 0  # when the last was seen; 0: never
        self._since_s = time.monotonic() if now_s is None else now_s
        self.configure(options, hostname)

    def configure(self, options: Timeouts, hostname: str) -> None:
        """Takes these options from now on."""
        self._options = options
        self._hostname = hostname

    def watch(self, snapshot: Snapshot) -> None:
        """The same as check(), of what is observed each second."""
        self.check(snapshot.source, snapshot.engine.get("events", 0), time.monotonic())

    def check(self, source: Mapping[str, int], events: int, now_s: float) -> None:
        """Looks whether events came since the last call.

        *source* are the counters of what records; empty where nothing does, and nothing is
        missed.  *events* are those of the engine, *now_s* is of the monotonic clock.
        """
        if not source or events != self._events:
            self._since_s = now_s
            if events != self._events:
                self._event_ns = self._time_ns()
            self._events = events
            return
        if now_s - self._since_s < self._options.max_consecutives:
            return
        self._since_s = now_s
        last = local_clock(self._event_ns) if self._event_ns else "none"
        seconds = self._options.max_consecutives
        log.warning("no event for %d s: last_event_time=%s", seconds, last)
        self._publish(no_events(seconds, last, hostname=self._hostname, time_ns=self._time_ns()))

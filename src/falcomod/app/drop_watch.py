# SPDX-License-Identifier: Apache-2.0
"""What happens when events are lost: syscall_event_drops.

Every second the losses of that second are looked at.  More than the threshold: the actions,
as often as the token bucket has tokens, so that a host in trouble is not told of it all day.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping

from falcomod.alert.model import Alert, FieldValue
from falcomod.alert.token_bucket import TokenBucket
from falcomod.app.loss_names import drop_counts
from falcomod.app.messages import drop_text, events_dropped
from falcomod.app.snapshot import Snapshot
from falcomod.config.engine_options import Drops

log = logging.getLogger(__name__)

SECOND_S = 0.9  # whoever calls once a second may be a little early


class DropWatch:
    """Looks at the counters of a driver's source; one thread.

    *stop* ends the run, for the action exit; *uses_ebpf* is a fact of the message.
    """

    def __init__(
        self,
        options: Drops,
        publish: Callable[[Alert], object],
        stop: Callable[[], None],
        hostname: str,
        *,
        uses_ebpf: bool = False,
        now_s: float | None = None,
        time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._publish = publish
        self._stop = stop
        self._uses_ebpf = uses_ebpf
        self._time_ns = time_ns
        self._before: dict[str, int] = {}
        self._due_s = 0.0
        self._is_depleted = False
        self.seconds = 0  # with more losses than the threshold
        self.actions = 0  # times that actions were taken
        self.has_failed = False  # whether the action exit ended the run
        self.configure(options, hostname, time.monotonic() if now_s is None else now_s)

    def configure(self, options: Drops, hostname: str, now_s: float) -> None:
        """Takes these options from now on: counters go on, the bucket is full."""
        self._options = options
        self._hostname = hostname
        self._bucket = TokenBucket(options.rate, options.max_burst, now_s)
        if options.simulate_drops:
            log.warning("Simulating syscall event drop: syscall_event_drops.simulate_drops is true")

    def watch(self, snapshot: Snapshot) -> None:
        """The same as check(), of what is observed each second."""
        self.check(snapshot.source, snapshot.engine.get("events", 0), time.monotonic())

    def check(self, source: Mapping[str, int], events: int, now_s: float) -> None:
        """Looks at a second that is over; may be called more often.

        *source* are counters since its start, *events* those of the engine, which count
        where the source does not say how many there were; *now_s* is of the monotonic clock.
        """
        if now_s < self._due_s:
            return
        self._due_s = now_s + SECOND_S
        counts = drop_counts(source)
        counts["n_evts"] = counts["n_evts"] or events
        # Counters of a source that was opened anew begin again, and none goes backwards.
        before = self._before if counts["n_evts"] >= self._before.get("n_evts", 0) else {}
        self._before = counts
        last = {name: max(0, count - before.get(name, 0)) for name, count in counts.items()}
        threshold = self._options.threshold
        if self._options.simulate_drops:
            last["n_drops"] += 1
            last["n_drops_buffer_total"] += 1
            threshold = 0.0
        # What was lost is part of n_evts, but for a source that counts none.
        if last["n_drops"] and last["n_drops"] > threshold * max(last["n_evts"], 1):
            self._act(last, now_s)

    def summary(self) -> str:
        """Two lines for the end of the run, and their title."""
        return (
            "Syscall event drop monitoring:\n"
            f"   - event drop detected: {self.seconds} occurrences\n"
            f"   - num times actions taken: {self.actions}"
        )

    def _act(self, last: Mapping[str, int], now_s: float) -> None:
        self.seconds += 1
        if not self._bucket.take(now_s):
            if not self._is_depleted:
                log.debug("Syscall event drop but token bucket depleted, skipping actions")
            self._is_depleted = True
            return
        self._is_depleted = False
        self.actions += 1
        fields: dict[str, FieldValue] = {name: str(count) for name, count in last.items()}
        fields["ebpf_enabled"] = str(int(self._uses_ebpf))
        drops = last["n_drops"]
        for action in self._options.actions:
            ACTIONS[action](self, drops, fields)

    def _log(self, drops: int, fields: Mapping[str, FieldValue]) -> None:
        log.warning("%s %s", drop_text(drops), json.dumps(fields, sort_keys=True))

    def _alert(self, drops: int, fields: Mapping[str, FieldValue]) -> None:
        self._publish(
            events_dropped(drops, fields, hostname=self._hostname, time_ns=self._time_ns())
        )

    def _exit(self, drops: int, fields: Mapping[str, FieldValue]) -> None:
        log.critical("%s %s", drop_text(drops), json.dumps(fields, sort_keys=True))
        log.critical("stopping: syscall_event_drops.actions has exit")
        self.has_failed = True
        self._stop()

    def _ignore(self, drops: int, fields: Mapping[str, FieldValue]) -> None:
        """Counted all the same."""


ACTIONS: dict[str, Callable[[DropWatch, int, Mapping[str, FieldValue]], None]] = {
    "ignore": DropWatch._ignore,
    "log": DropWatch._log,
    "alert": DropWatch._alert,
    "exit": DropWatch._exit,
}

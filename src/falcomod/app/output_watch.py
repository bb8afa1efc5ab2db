# SPDX-License-Identifier: Apache-2.0
"""Alerts that an output lost are told of where alerts go: other outputs may still work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from falcomod.alert.model import Alert
from falcomod.app.messages import alerts_lost
from falcomod.app.snapshot import Snapshot

# Counters of an output, each of alerts that will not arrive.
LOSSES = ("dropped", "failed", "spool_lost", "refused")
AGAIN_S = 300.0  # until an outage that goes on is told of again
OVER_S = 60.0  # without a further loss: the next one is another outage


class OutputWatch:
    """Looks at the counters of outputs; one thread.

    Its own messages may be lost, too, by the output that they are about.  So many losses as
    there were messages are no news, or an output that is away would be told of for ever.
    """

    def __init__(
        self,
        publish: Callable[[Alert], object],
        hostname: str,
        *,
        time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._publish = publish
        self.hostname = hostname
        self._time_ns = time_ns
        self._outages: dict[str, _Outage] = {}
        self._messages = 0  # that were published

    def watch(self, snapshot: Snapshot) -> None:
        """The same as check(), of what is observed each second."""
        self.check(snapshot.outputs, time.monotonic())

    def check(self, outputs: Mapping[str, Mapping[str, int]], now_s: float) -> None:
        """Looks for losses since the last call; *now_s* is of the monotonic clock."""
        for name, counters in outputs.items():
            # Whoever has no syslog has said so by that.
            total = sum(counters.get(loss, 0) for loss in LOSSES) - counters.get("absent", 0)
            outage = self._outages.setdefault(name, _Outage())
            lost = outage.look(total, self._messages, now_s)
            if lost:
                self._messages += 1
                now_ns = self._time_ns()
                alert = alerts_lost(name, lost, total, hostname=self.hostname, time_ns=now_ns)
                self._publish(alert)


class _Outage:
    """Of one output: when losses are told of, and how many have not been."""

    def __init__(self) -> None:
        self._total = 0  # at the last look
        self._told = 0  # of that
        self._messages = 0  # when it was told
        self._loss_s = float("-inf")
        self._told_s = float("-inf")

    def look(self, total: int, messages: int, now_s: float) -> int:
        """How many losses are to be told of now; 0: none."""
        was_over = now_s - self._loss_s >= OVER_S
        if total > self._total:
            self._loss_s = now_s
        is_over = now_s - self._loss_s >= OVER_S
        self._total = total
        untold = total - self._told
        if untold <= messages - self._messages:
            return 0
        # The first loss of an outage, its end, or a long time in between.
        if not (was_over or is_over or now_s - self._told_s >= AGAIN_S):
            return 0
        self._told, self._told_s, self._messages = total, now_s, messages
        return untold

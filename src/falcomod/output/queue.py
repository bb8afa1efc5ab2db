# SPDX-License-Identifier: Apache-2.0
"""Alerts that wait for one output: bounded, many threads put, one takes.

Putting costs a fraction of a microsecond and waits for nobody but another thread that puts at
this very moment: whoever takes alerts does not hold the lock.  A taker that has nothing to do
sleeps until something is put.
"""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue

from falcomod.alert.model import Alert

# Of the texts of alerts that wait.  What an audit event says may be megabytes; others are a few
# hundred bytes, so that the number of alerts is what bounds those.
TEXTS_MAX = 64 << 20


class AlertQueue:
    """First in, first out; an alert that finds *capacity* others waiting, or texts of TEXTS_MAX
    characters in all, is dropped and counted.

    After close() nothing is taken in any more, so whoever empties it then has had everything.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.accepted = 0
        self.dropped = 0
        self._alerts: SimpleQueue[Alert | None] = SimpleQueue()  # None wakes who takes
        self._is_closed = False
        self._queued_size = 0  # characters that were put, ever; under the lock
        self._taken_size = 0  # … and taken: whoever takes alone changes it
        # Protects accepted, dropped and _is_closed, and that an alert is queued and counted
        # at once: who reads accepted knows that the next so many out of the queue are those.
        self._lock = threading.Lock()

    def put(self, alert: Alert) -> bool:
        """Queues or drops the alert; False when the queue is closed, and neither was done."""
        with self._lock:
            if self._is_closed:
                return False
            waiting = self._alerts.qsize()
            size = self._queued_size - self._taken_size + len(alert.output)
            if waiting < self.capacity and (size <= TEXTS_MAX or not waiting):
                self._queued_size += len(alert.output)
                self._alerts.put(alert)
                self.accepted += 1
            else:
                self.dropped += 1
            return True

    def take(self, most: int) -> list[Alert]:
        """What is there, up to *most*; waits while nothing is.  Empty after wake()."""
        alerts: list[Alert] = []
        item = self._alerts.get()
        while item is not None:
            alerts.append(item)
            self._taken_size += len(item.output)
            if len(alerts) == most:
                break
            try:
                item = self._alerts.get_nowait()
            except Empty:
                break
        return alerts

    def wake(self) -> None:
        """Ends the wait of take(); safe in a signal handler."""
        self._alerts.put(None)

    def close(self) -> None:
        """Takes in no more, and wakes who takes."""
        with self._lock:
            self._is_closed = True
        self.wake()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def length(self) -> int:
        """Alerts in it, and calls of wake() not yet seen."""
        return self._alerts.qsize()

    def discard(self) -> int:
        """Throws away what is there, beside who takes; returns how many alerts that were."""
        count = 0
        while True:
            try:
                count += self._alerts.get_nowait() is not None
            except Empty:
                self.wake()
                return count

# SPDX-License-Identifier: Apache-2.0
"""Audit events of Kubernetes that somebody posts: their rules, beside the engine's.

Whoever posts evaluates: take() works on the calling thread, one call at a time, so that
there is no queue that could be lost.  It returns when the alerts are with the outputs.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from falcomod.app.audit.body import Found, found_in
from falcomod.app.audit.events import AuditFault, is_event
from falcomod.engine.documents import DocumentEngine
from falcomod.engine.match.ruleset import Ruleset
from falcomod.engine.state.context import ContextView

# The longest wait for outputs; the API server gives up after 30 s (its webhook's timeout).
SETTLE_S = 10.0
UNSETTLED_MAX = 64
# Who swaps the rules is the engine's thread, which must not wait for a whole body.
SLICE_EVENTS = 64
SLICE_BYTES = 256 << 10  # of the text of the events of a slice, but for the last
SWAP_PAUSE_S = 0.001

# What engine.documents takes the time of an event from.
TIME_KEYS = frozenset({"stageTimestamp", "requestReceivedTimestamp", "timestamp"})

OnMatch = Callable[[tuple[int, ...], ContextView], None]
OnError = Callable[[BaseException], None]


class NotSettled(Exception):
    """The outputs did not take the alerts in time; the same body may be posted again."""


class AuditSource:
    """Takes bodies of any thread.

    *settle* waits, for so many seconds at the most, until all alerts published before are
    with the outputs, and returns whether they are.
    """

    def __init__(
        self,
        ruleset: Ruleset | None,
        on_match: OnMatch,
        on_error: OnError,
        settle: Callable[[float], bool],
    ) -> None:
        self._fed = _Fed()
        self._engine = DocumentEngine(self._fed, ruleset, on_match, on_error=on_error)
        self._settle = settle
        self._turn = threading.Lock()  # one body at a time; of all below
        self._lock = threading.Lock()  # of the engine; taken last
        self._is_swapping = False
        self._counts = dict.fromkeys(COUNTERS, 0)
        # Bodies whose alerts were raised and not settled: digest → events in it.
        self._unsettled: dict[bytes, int] = {}

    def take(self, body: bytes) -> int:
        """Evaluates the events of a body; returns how many they are.

        What is no event among others is counted and left out.  Raises AuditFault where there
        is nothing else, and NotSettled; a body that was not settled raises no alert again
        when it comes again.
        """
        digest = hashlib.sha256(body).digest()
        with self._turn:
            self._counts["bodies"] += 1
            events = self._unsettled.get(digest)
            if events is None:
                before = self._engine.counters()["matches"]
                events = self._evaluate(body)
                if self._engine.counters()["matches"] == before:
                    return events
                if len(self._unsettled) >= UNSETTLED_MAX:
                    del self._unsettled[next(iter(self._unsettled))]
                self._unsettled[digest] = events
        if not self._settle(SETTLE_S):
            with self._turn:
                self._counts["not_settled"] += 1
            raise NotSettled
        with self._turn:
            self._unsettled.pop(digest, None)
        return events

    def swap(self, ruleset: Ruleset | None, rules_setter: Callable[[], None]) -> None:
        """Sets other rules between two events; *rules_setter* sets what on_match looks up."""
        self._is_swapping = True
        with self._lock:
            self._is_swapping = False
            self._engine.ruleset = ruleset
            rules_setter()

    def counters(self) -> dict[str, int]:
        """bodies, what was wrong with some, and what the engine counts of events."""
        return {**self._engine.counters(), **self._counts}

    def _evaluate(self, body: bytes) -> int:
        """Slice by slice, each gone before the next is read; how many events there were."""
        others = count = 0
        fault = AuditFault("Data not recognized as a k8s audit event")
        try:
            for found in found_in(body):
                if isinstance(found.value, AuditFault):
                    fault = found.value
                if is_event(found.value):
                    count += 1
                    self._feed(found)
                else:
                    others += 1
                if self._fed.is_full:
                    self._run()
            if others and not count:
                raise fault
        except AuditFault:
            self._counts["bad_bodies"] += 1
            raise
        self._run()
        self._counts["no_event"] += others
        return count

    def _feed(self, found: Found) -> None:
        """The engine takes this event next."""
        self._counts["cut"] += found.is_cut
        _date(found.value)
        self._fed.add(found.value, found.size_bytes)

    def _run(self) -> None:
        """Tries the rules on what is fed."""
        while self._fed.documents:
            with self._lock:
                self._engine.run(0, SLICE_EVENTS)
            if self._is_swapping:
                time.sleep(SWAP_PAUSE_S)  # the lock is not fair


def _date(event: dict[str, Any]) -> None:
    """Says of an event that does not say when it happened that it was now."""
    if TIME_KEYS.isdisjoint(event):
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        event["requestReceivedTimestamp"] = now


class _Fed:
    """The documents of the slice at hand, and then nothing for the moment."""

    def __init__(self) -> None:
        self.documents: deque[dict[str, Any]] = deque()
        self._size_bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether the slice is to be taken before more is added."""
        return len(self.documents) >= SLICE_EVENTS or self._size_bytes >= SLICE_BYTES

    def add(self, document: dict[str, Any], size_bytes: int) -> None:
        self.documents.append(document)
        self._size_bytes += size_bytes

    def __iter__(self) -> Iterator[dict[str, Any] | None]:
        return self

    def __next__(self) -> dict[str, Any] | None:
        if not self.documents:
            self._size_bytes = 0
            return None
        return self.documents.popleft()


COUNTERS = ("bodies", "bad_bodies", "no_event", "cut", "not_settled")

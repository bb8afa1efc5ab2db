# SPDX-License-Identifier: Apache-2.0
"""One output at work: its queue, its sink, and the thread between the two.

The sink is written to, reopened and closed on the thread and nowhere else.  Nothing that it
raises ends the thread, but that nobody will ever read again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from falcomod.alert.model import Alert
from falcomod.output.faults import Faults
from falcomod.output.queue import AlertQueue
from falcomod.output.sink import (
    Counting,
    Interruptible,
    NeverThere,
    NotAllWritten,
    Ordered,
    Sink,
)
from falcomod.output.spec import Spec

log = logging.getLogger(__name__)

BATCH_ALERTS = 256  # handed to a sink at once
LOOK_S = 0.1  # between two looks whether a wait is interrupted


class Worker:
    """Writes what put() takes in, in order, until it is retired or nobody reads any more.

    *before* is the worker that it takes the place of, whose alerts are older: it begins when
    that one is over.
    """

    def __init__(
        self,
        spec: Spec,
        sink: Sink,
        *,
        capacity: int,
        on_dead: Callable[[Worker], None],
        clock: Callable[[], float],
        before: Worker | None = None,
    ) -> None:
        self.spec = spec
        self.name = spec.name
        self.queue = AlertQueue(capacity)
        self.put = self.queue.put
        self.writing_since_s = 0.0  # when the write under way began; 0: none is
        self.sink = sink
        self._on_dead = on_dead
        self._clock = clock
        self._before = before
        self.is_over = threading.Event()  # all its alerts are with the receiver, or will not be
        self._faults = Faults(spec.name, clock)
        self._written = 0
        self._failed = 0
        self._absent = 0
        self._discarded = 0
        self._is_dead = False
        self.is_interrupted = False  # it was told to end without what it still has
        self._must_reopen = False
        self._watchers = 0  # of _news
        self._news = threading.Condition()  # more alerts are dealt with, or the thread has ended
        # A daemon: a receiver that blocks for ever must not keep the program from its end.
        self._thread = threading.Thread(target=self._run, name=f"output-{self.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def reopen(self) -> None:
        """Has the sink reopened before the next write; safe in a signal handler."""
        if not self._must_reopen:
            self._must_reopen = True
            self.queue.wake()

    def retire(self) -> None:
        """Takes in no more alerts; the thread ends when it has written those that it has."""
        self.queue.close()

    def interrupt(self) -> None:
        """Ends a retired worker that does not get on, without the alerts it still has."""
        self.is_interrupted = True
        self._discarded += self.queue.discard()
        if isinstance(self.sink, Interruptible):
            self.sink.interrupt()

    def join(self, wait_s: float) -> bool:
        """Whether the thread has ended, waiting for that for a while."""
        self._thread.join(max(0.0, wait_s))
        return not self._thread.is_alive()

    @property
    def is_dead(self) -> bool:
        """Whether nobody will ever read again."""
        return self._is_dead

    def settle(self, wait_s: float) -> bool:
        """Waits until all alerts taken in so far are written, or have failed and are counted."""
        wanted = self.queue.accepted
        with self._news:
            # Announced before looking: the thread counts before it looks for watchers.
            self._watchers += 1
            try:
                return self._news.wait_for(
                    lambda: self._settled >= wanted or not self._thread.is_alive(), max(0.0, wait_s)
                )
            finally:
                self._watchers -= 1

    def counters(self) -> dict[str, int]:
        """accepted = written + failed + waiting + those discarded, which are part of dropped.

        absent, where there are any: of failed, those for a receiver that was never there.
        """
        # Read before accepted, so that no alert is found written that was not accepted.
        written, failed, discarded = self._written, self._failed, self._discarded
        accepted = self.queue.accepted
        return {
            "accepted": accepted,
            "written": written,
            "failed": failed,
            "dropped": self.queue.dropped + discarded,
            "waiting": accepted - written - failed - discarded,
            **({"absent": self._absent} if self._absent else {}),
        }

    def further_counters(self) -> dict[str, int]:
        """What the sink itself counts."""
        return self.sink.counters() if isinstance(self.sink, Counting) else {}

    @property
    def _settled(self) -> int:
        return self._written + self._failed + self._discarded

    def _run(self) -> None:
        try:
            while not (self.queue.is_closed and self.queue.length == 0):
                alerts = self.queue.take(BATCH_ALERTS)
                if self._must_reopen:
                    self._must_reopen = False
                    self._reopen()
                if alerts:
                    self._await_turn()
                    self._write(alerts)
            if isinstance(self.sink, Ordered):
                self.is_over.set()
        except BrokenPipeError as error:
            log.error("output stopped: sink=%s reason=%s", self.name, error.strerror or error)
            self._die()
        finally:
            self._close()
            self._before = self._unfinished()  # of one that has ended without a single alert
            self.is_over.set()
            with self._news:
                self._news.notify_all()

    def _await_turn(self) -> None:
        """Until the worker before is over: two that write at once would mix up their lines."""
        if self._before is None:
            return
        self.writing_since_s = self._clock()
        while (before := self._unfinished()) is not None and not self.is_interrupted:
            before.is_over.wait(LOOK_S)
        self._before = None
        self.writing_since_s = 0.0

    def _unfinished(self) -> Worker | None:
        """The latest of those before that is not over."""
        before = self._before
        while before is not None and before.is_over.is_set():
            before = before._before
        return before

    def _write(self, alerts: Sequence[Alert]) -> None:
        """Counts and tells what becomes of them; raises BrokenPipeError as sinks do."""
        while alerts:
            count = len(alerts)
            self.writing_since_s = self._clock()
            try:
                self.sink.write(alerts)
            except NotAllWritten as error:
                count = error.written + 1
                if isinstance(error, NeverThere):
                    self._absent += 1
                else:
                    self._tell(error, 1)
                self._count(error.written, 1)
            except BrokenPipeError:
                self._count(0, count)
                raise
            except OSError as error:
                self._tell(error, count)
                self._count(0, count)
            except Exception as error:
                # A fault of ours, which may be about one alert: the others have their own try.
                if count > 1:
                    for alert in alerts:
                        self._write([alert])
                    return
                self._faults.surprised(error, 1)
                self._count(0, 1)
            else:
                self._faults.succeeded()
                self._count(count, 0)
            finally:
                self.writing_since_s = 0.0
            alerts = alerts[count:]

    def _count(self, written: int, failed: int) -> None:
        self._written += written
        self._failed += failed
        if self._watchers:
            with self._news:
                self._news.notify_all()

    def _tell(self, error: OSError, alerts: int) -> None:
        # Whoever interrupts says so.
        if not self.is_interrupted:
            self._faults.failed(error, alerts)

    def _reopen(self) -> None:
        try:
            self.sink.reopen()
        except BrokenPipeError:
            raise
        except OSError as error:
            self._faults.failed(error, 0)
        except Exception as error:
            self._faults.surprised(error, 0)

    def _die(self) -> None:
        """Nobody reads: what waits is lost, and nothing more is taken in."""
        self._is_dead = True
        self.queue.close()
        self._count(0, self.queue.discard())
        self._on_dead(self)

    def _close(self) -> None:
        try:
            self.sink.close()
        except OSError as error:
            if not self._is_dead:
                self._faults.failed(error, 0)
        except Exception as error:
            self._faults.surprised(error, 0)

# SPDX-License-Identifier: Apache-2.0
"""The outputs of a running falcomod, each with a queue and a thread of its own.

A receiver that is slow, broken or gone costs its own alerts at the most: nobody waits for it,
neither whoever raises an alert nor another output.  Captures have output.direct.
"""

from __future__ import annotations

import errno
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from falcomod.alert.model import Alert
from falcomod.output.overflow import Overflow
from falcomod.output.sink import Sink
from falcomod.output.spec import Spec
from falcomod.output.watchdog import Watchdog
from falcomod.output.worker import Worker

log = logging.getLogger(__name__)

CAPACITY = 65536  # where the configuration says 0
STEP_S = 0.1  # of waiting for an output, until it is seen whether it blocks
RETIRE_S = 30.0  # that an output which is not wanted any more has for what it still holds
END_S = 2.0  # that an output which was interrupted has to end


class Outlet:
    """Hands each alert to every output.

    *capacity*: alerts that may wait for each output; 0: CAPACITY.  *timeout_ms*: a write that
    takes longer is told of.  *on_dead* is called, on any thread, when every output is one that
    nobody will ever read again.
    """

    def __init__(
        self,
        *,
        capacity: int,
        timeout_ms: int,
        on_dead: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity = capacity or CAPACITY
        self._on_dead = on_dead
        self._clock = clock
        self._watchdog = Watchdog(timeout_ms)
        self._overflow = Overflow()
        # Replaced as a whole, so that publish() needs no lock.
        self._workers: tuple[Worker, ...] = ()
        self._retired: dict[Worker, float] = {}  # until when, by the clock
        self._past: dict[str, Counter[str]] = {}  # counters of workers that have ended, by name
        self._lock = threading.Lock()  # protects the three above against other writers

    def publish(self, alert: Alert) -> None:
        """Hands the alert to every output; from any thread, waits for none."""
        for worker in self._workers:
            if not worker.put(alert):
                self._put_late(worker, alert)

    def configure(
        self, specs: Sequence[Spec], capacity: int | None = None, timeout_ms: int | None = None
    ) -> None:
        """Makes these the outputs: those that are there already go on, others are replaced.

        What is not wanted any more ends by itself when it has written what it has.  Raises
        UserError and OSError of a sink that cannot be opened; then nothing has changed.
        """
        with self._lock:
            present = {worker.name: worker for worker in self._workers}
            before = {worker.name: worker for worker in self._retired} | present
        opened = _open([spec for spec in specs if not _is_same(present.get(spec.name), spec)])
        fresh = {
            spec.name: self._worker(spec, sink, before.get(spec.name)) for spec, sink in opened
        }
        _start(tuple(fresh.values()))
        if capacity is not None:
            self._capacity = capacity or CAPACITY
        if timeout_ms is not None:
            self._watchdog.timeout_ms = timeout_ms
        with self._lock:
            # Those that died meanwhile are not there any more, and stay away.
            alive = {worker.name: worker for worker in self._workers}
            workers = [fresh.get(spec.name) or alive.get(spec.name) for spec in specs]
            kept = tuple(worker for worker in workers if worker is not None)
            gone = [worker for worker in self._workers if worker not in kept]
            for worker in kept:
                worker.queue.capacity = self._capacity
            self._workers = kept
            # Closed when their successors are there: who finds one closed looks for those.
            for worker in gone:
                self._retired[worker] = self._clock() + RETIRE_S
                worker.retire()
        self._reap()

    def reopen(self) -> None:
        """Has every output open anew what may have been moved away, between two writes."""
        for worker in self._workers:
            worker.reopen()

    def settle(self, wait_s: float) -> bool:
        """Whether all alerts published before are with their receivers (or in their spools).

        Waits for that *wait_s* at the most.  An alert that a receiver refused is settled, too:
        it is counted as failed, and nothing more will become of it.  An output that blocks for
        longer than its timeout is not waited for: it has been told of, and keeps nobody else
        from getting on.
        """
        deadline_s = time.monotonic() + wait_s
        return all(
            [
                self._settles(worker, deadline_s)
                for worker in self._everyone()
                if not worker.is_interrupted
            ]
        )

    def _settles(self, worker: Worker, deadline_s: float) -> bool:
        while not worker.settle(min(STEP_S, deadline_s - time.monotonic())):
            if self._watchdog.is_blocked(worker, self._clock()):
                return True
            if time.monotonic() >= deadline_s:
                return False
        return True

    def look_after(self) -> None:
        """Tells of outputs that block or overflow, and ends those that had their time.

        To be called some times a second; takes microseconds.
        """
        now_s = self._clock()
        self._watchdog.look(self._everyone(), now_s)
        self._overflow.look(self._workers)
        if self._retired:
            for worker, until_s in tuple(self._retired.items()):
                if now_s >= until_s and not worker.join(0):
                    _discard(worker)
            self._reap()

    def counters(self) -> dict[str, dict[str, int]]:
        """By output: accepted, written, failed, dropped, waiting, and what a sink adds.

        They go on over configure(), also where an output was replaced.
        """
        with self._lock:
            found = {name: Counter(past) for name, past in self._past.items()}
            workers = (*self._workers, *self._retired)
        for worker in workers:
            found.setdefault(worker.name, Counter()).update(worker.counters())
        for worker in workers:
            found[worker.name].update(worker.further_counters())
        return {name: dict(counts) for name, counts in found.items()}

    def close(self, wait_s: float) -> None:
        """Ends every output when it has written what it has, or when the time is over."""
        with self._lock:
            ending, self._workers = self._workers, ()
            self._retired.update(dict.fromkeys(ending, math.inf))
            workers = list(self._retired)
        for worker in ending:
            worker.retire()
        deadline_s = time.monotonic() + wait_s
        blocked = [worker for worker in workers if not worker.join(deadline_s - time.monotonic())]
        self._overflow.look(workers)
        for worker in blocked:
            _discard(worker)
        deadline_s = time.monotonic() + END_S
        for worker in blocked:
            worker.join(deadline_s - time.monotonic())
        self._reap()

    def _worker(self, spec: Spec, sink: Sink, before: Worker | None) -> Worker:
        return Worker(
            spec,
            sink,
            capacity=self._capacity,
            on_dead=self._bury,
            clock=self._clock,
            before=before,
        )

    def _everyone(self) -> tuple[Worker, ...]:
        with self._lock:
            return (*self._workers, *self._retired)

    def _put_late(self, closed: Worker, alert: Alert) -> None:
        """The output was replaced while the alert was on its way; its successor has not got it."""
        while True:
            found = [worker for worker in self._workers if worker.name == closed.name]
            # One that is closed and still there is dead.
            if not found or found[0] is closed or found[0].put(alert):
                return
            closed = found[0]

    def _bury(self, dead: Worker) -> None:
        """Called by the worker's own thread."""
        with self._lock:
            was_there = dead in self._workers
            self._workers = tuple(worker for worker in self._workers if worker is not dead)
            self._retired.setdefault(dead, self._clock() + RETIRE_S)
            is_last = was_there and all(worker.spec.is_aside for worker in self._workers)
        if is_last and not dead.spec.is_aside:
            log.error("no output is left, stopping")
            self._on_dead()

    def _reap(self) -> None:
        """Lets go of those that have ended, but for what they counted."""
        with self._lock:
            for worker in [worker for worker in self._retired if worker.join(0)]:
                del self._retired[worker]
                self._past.setdefault(worker.name, Counter()).update(worker.counters())


def _is_same(worker: Worker | None, spec: Spec) -> bool:
    return worker is not None and worker.spec == spec


def _open(specs: Iterable[Spec]) -> list[tuple[Spec, Sink]]:
    """All of them or none."""
    opened: list[tuple[Spec, Sink]] = []
    try:
        for spec in specs:
            try:
                opened.append((spec, spec.open()))
            except RuntimeError as error:
                raise _no_thread(spec.name, error) from error
    except BaseException:
        for _, sink in opened:
            sink.close()
        raise
    return opened


def _start(workers: Sequence[Worker]) -> None:
    """All of them or none."""
    for number, worker in enumerate(workers):
        try:
            worker.start()
        except RuntimeError as error:
            for started in workers[:number]:
                started.retire()
            for other in workers[number:]:
                other.sink.close()
            raise _no_thread(worker.name, error) from error


def _no_thread(name: str, error: RuntimeError) -> OSError:
    """man 3 pthread_create: a limit of threads or of memory."""
    return OSError(errno.EAGAIN, f"output {name}: {error}")


def _discard(worker: Worker) -> None:
    """Ends it without what it still has, in the words of Falco."""
    if worker.is_interrupted:
        return
    waiting = worker.counters()["waiting"]
    if waiting:
        log.warning(
            "output channels still blocked, discarding all remaining notifications: "
            "sink=%s alerts=%d",
            worker.name,
            waiting,
        )
    worker.interrupt()

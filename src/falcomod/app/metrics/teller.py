# SPDX-License-Identifier: Apache-2.0
"""Numbers about falcomod itself, now and then: as an alert and as lines of a file.

Measuring and writing are left to a thread, so that a slow disk delays no event.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping

from falcomod.alert.model import Alert, FieldValue
from falcomod.app.messages import metrics_snapshot
from falcomod.app.metrics.fields import output_fields
from falcomod.app.metrics.resources import Meter, Resources
from falcomod.app.metrics.row import Moment
from falcomod.app.snapshot import Snapshot
from falcomod.config.duration import milliseconds_of
from falcomod.config.service_options import Metrics as Options

log = logging.getLogger(__name__)

CLOSE_WAIT_S = 2.0  # for a snapshot that is being told


class Metrics:
    """Tells a snapshot each interval; due() and tell() are for one thread.

    Options are those of a configuration that was checked: the interval is one.
    """

    def __init__(
        self,
        options: Options,
        publish: Callable[[Alert], object],
        hostname: str,
        *,
        now_s: float,
        meter: Meter | None = None,
    ) -> None:
        self._publish = publish
        self._meter = meter
        self._before: Snapshot | None = None
        self._samples = 0
        self._file_failed = False
        self._queue: queue.Queue[tuple[Snapshot, Options] | None] = queue.Queue(maxsize=1)
        self._thread: threading.Thread | None = None
        self.configure(options, hostname, now_s=now_s)

    def configure(self, options: Options, hostname: str, *, now_s: float) -> None:
        """Takes these options from now on; the next snapshot is due after an interval."""
        interval_ms = milliseconds_of(options.interval) if options.enabled else 0
        self._options = options
        self._hostname = hostname
        self._interval_s = interval_ms / 1000
        self._is_on = options.enabled and bool(options.output_rule or options.output_file)
        self._due_s = now_s + self._interval_s
        if self._is_on:
            log.info(
                "Setting metrics interval to %s, equivalent to %d (ms)",
                options.interval,
                interval_ms,
            )
        if self._is_on and options.output_file:
            self._try(options.output_file)

    def due(self, now_s: float) -> bool:
        """Whether a snapshot is to be told; *now_s* is of the monotonic clock."""
        return self._is_on and now_s >= self._due_s

    def tell(self, snapshot: Snapshot, now_s: float) -> None:
        """Hands a snapshot over; while the one before is still being told, it is left out."""
        # From the last due time on, so that intervals do not grow by what ticks take; but
        # what was missed is not made up for.
        self._due_s = max(self._due_s + self._interval_s, now_s)
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="metrics", daemon=True)
            thread.start()  # where that is not possible now, the next snapshot tries again
            self._thread = thread
        try:
            self._queue.put_nowait((snapshot, self._options))
        except queue.Full:
            log.warning("metrics snapshot left out: the one before is still being written")

    def watch(self, snapshot: Snapshot) -> None:
        """Tells what is observed each second, when it is due."""
        now_s = time.monotonic()
        if self.due(now_s):
            self.tell(snapshot, now_s)

    def close(self, wait_s: float = CLOSE_WAIT_S) -> None:
        """Ends the thread, after what it has."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            self._queue.put(None, timeout=wait_s)
        except queue.Full:
            return  # It hangs on a disk, and ends with the process.
        thread.join(wait_s)

    def _run(self) -> None:
        meter = self._meter or Meter()
        told = ""
        while (item := self._queue.get()) is not None:
            try:
                self._publish_and_write(meter.measure(), *item)
            except Exception as error:  # The next one may be told all the same.
                cause = f"{type(error).__name__}: {error}"
                if cause != told:
                    log.error("metrics snapshot lost: %s", cause)
                told = cause
            else:
                told = ""

    def _publish_and_write(
        self, resources: Resources, snapshot: Snapshot, options: Options
    ) -> None:
        moment = Moment(now=snapshot, before=self._before, resources=resources)
        self._before = snapshot
        fields = output_fields(moment, options)
        if options.output_rule:
            self._publish(
                metrics_snapshot(fields, hostname=self._hostname, time_ns=snapshot.time_ns)
            )
        if options.output_file:
            self._write(options.output_file, fields)

    def _write(self, path: str, fields: Mapping[str, FieldValue]) -> None:
        """One line more; the file is opened each time, so that it may be rotated."""
        self._samples += 1
        line = json.dumps(
            {"sample": self._samples, "output_fields": fields},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        try:
            with open(path, "a", encoding="utf-8", errors="replace") as file:
                file.write(line + "\n")
        except OSError as error:
            self._tell_of(path, error)
        else:
            self._file_failed = False

    def _try(self, path: str) -> None:
        """A file that cannot be written is told of at once, not after the first interval."""
        try:
            # A FIFO without a reader is one, too.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666))
        except OSError as error:
            self._tell_of(path, error)

    def _tell_of(self, path: str, error: OSError) -> None:
        if not self._file_failed:
            log.error(
                "metrics are not written: metrics.output_file=%s reason=%s", path, error.strerror
            )
        self._file_failed = True

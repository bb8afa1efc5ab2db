# SPDX-License-Identifier: Apache-2.0
"""What runs beside the engine: servers, the watch over files, reloads, those who watch numbers.

They ask the service and tell it, and none of them can hold it up.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import ExitStack
from functools import partial
from typing import Any

from falcomod.app import logs, messages
from falcomod.app.config_watch import ConfigWatch, watched
from falcomod.app.drop_watch import DropWatch
from falcomod.app.metrics.teller import Metrics
from falcomod.app.observer import Observer
from falcomod.app.output_watch import OutputWatch
from falcomod.app.prepared import Prepared, digests
from falcomod.app.reload import Reloader, Result
from falcomod.app.servers import Servers
from falcomod.app.service import Service
from falcomod.app.snapshot import Snapshot
from falcomod.app.systemd import Notifier, summary
from falcomod.app.timeout_watch import TimeoutWatch
from falcomod.errors import UserError

log = logging.getLogger(__name__)

RELOAD_WAIT_S = 280.0  # less than whoever asks has patience


class Attendants:
    """Made with the service, which does not run yet; *make* prepares what a reload exchanges."""

    def __init__(self, service: Service, make: Callable[[], Prepared], notifier: Notifier) -> None:
        config = service.config
        self._service = service
        self._make = make
        self._notifier = notifier
        now_s = time.monotonic()
        self._drops = DropWatch(
            config.syscall_event_drops,
            service.publish,
            partial(service.stop, "events were lost"),
            service.hostname,
            uses_ebpf=service.host.driver == "ebpf",
        )
        self._timeouts = TimeoutWatch(
            config.syscall_event_timeouts, service.publish, service.hostname
        )
        self._outputs = OutputWatch(service.publish, service.hostname)
        self._metrics = Metrics(config.metrics, service.publish, service.hostname, now_s=now_s)
        self.reloader = Reloader(self._prepare, self._exchange, self._tell)
        self.servers = Servers(service, self._reload)
        self._watch = ConfigWatch(
            lambda: watched(service.config, service.prepared.config_files),
            self._files_changed,
        )

    def start(self, teardown: ExitStack) -> None:
        """Begins to serve and to look; *teardown* ends all of it.  Raises UserError."""
        self.servers.start(teardown)
        self.reloader.start()
        teardown.callback(self.reloader.stop)
        if self._service.config.watch_config_files:
            self._watch.start()
            teardown.callback(self._watch.stop)
            before = self._service.prepared
            if digests(before.config_files) != before.config_files or (
                digests(before.rules_files) != before.rules_files
            ):
                self._files_changed()  # between reading them and the watch
        teardown.callback(self._metrics.close)
        watches = (self._drops, self._timeouts, self._outputs, self._metrics)
        observer = Observer(
            self._service.snapshot, [self._alive, *(watch.watch for watch in watches)]
        )
        observer.start()
        teardown.callback(observer.stop)

    def summary(self) -> str:
        """What is said of lost events at the end of the run; "" where few were lost."""
        return self._drops.summary() if self._drops.seconds else ""

    @property
    def has_failed(self) -> bool:
        """Whether events were lost, and that was to end the run."""
        return self._drops.has_failed

    def _alive(self, snapshot: Snapshot) -> None:
        self._notifier.watchdog()
        self._notifier.status(summary(snapshot))
        self._service.tell_of_throttle()

    def _files_changed(self) -> None:
        self.reloader.request("files changed")

    def _prepare(self) -> Prepared:
        self._notifier.reloading()
        self._watch.take_stock()
        return self._make()

    def _exchange(self, prepared: Prepared) -> list[str]:
        later = self._service.exchange(prepared)
        config, hostname, now_s = prepared.config, self._service.hostname, time.monotonic()
        logs.configure(config)
        self._drops.configure(config.syscall_event_drops, hostname, now_s)
        self._timeouts.configure(config.syscall_event_timeouts, hostname)
        self._metrics.configure(config.metrics, hostname, now_s=now_s)
        self.servers.renew(config)
        return later

    def _tell(self, result: Result) -> None:
        self._notifier.ready()
        service, now_ns = self._service, time.time_ns()
        if not result.ok:
            service.reloads_failed += 1
            log.error("reload refused, all goes on as before: %s", result.message)
            service.publish(
                messages.reload_failed(result.message, hostname=service.hostname, time_ns=now_ns)
            )
            return
        log.info("reload succeeded: %s", result.message)
        if result.later:
            log.warning("takes effect at the next start: %s", ", ".join(result.later))
        if service.config.lifecycle_messages:
            service.publish(
                messages.reloaded(
                    result.reason,
                    rules=result.rules,
                    reloads=service.reloads,
                    hostname=service.hostname,
                    time_ns=now_ns,
                )
            )

    def _reload(self) -> dict[str, Any]:
        """For whoever asks over the control socket."""
        try:
            result = self.reloader.request("falcomod reload").result(RELOAD_WAIT_S)
        except CancelledError:
            raise UserError("not reloaded: falcomod ends") from None
        except TimeoutError:
            raise UserError("the reload is not over; the log will say what came of it") from None
        if not result.ok:
            raise UserError(f"reload refused, all goes on as before: {result.message}")
        return {"message": result.message, "later": list(result.later), "took_s": result.took_s}

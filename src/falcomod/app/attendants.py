# SPDX-License-Identifier: Apache-2.0
"""What runs beside the engine: servers, the watch over files, reloads, numbers.

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

from falcomod import __version__
from falcomod.app import control, logs, messages, webserver
from falcomod.app.audit import plugin as audit_plugin
from falcomod.app.config_watch import ConfigWatch, watched
from falcomod.app.drop_watch import DropWatch
from falcomod.app.http.message import Routes
from falcomod.app.metrics.prometheus import text
from falcomod.app.metrics.resources import Meter
from falcomod.app.metrics.teller import Metrics
from falcomod.app.observer import Observer
from falcomod.app.output_watch import OutputWatch
from falcomod.app.prepared import Prepared, digests
from falcomod.app.reload import Reloader, Result
from falcomod.app.service import Service
from falcomod.app.snapshot import Snapshot
from falcomod.app.status_json import snapshot_json
from falcomod.app.systemd import Notifier, summary
from falcomod.app.timeout_watch import TimeoutWatch
from falcomod.app.versions import versions
from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.rules.requirements import ENGINE_VERSION

log = logging.getLogger(__name__)

RELOAD_WAIT_S = 280.0  # less than whoever asks has patience


class Attendants:
    """Made with the service, which does not run yet; *make* prepares what a reload exchanges."""

    def __init__(self, service: Service, make: Callable[[], Prepared], notifier: Notifier) -> None:
        config = service.config
        self._service = service
        self._make = make
        self._notifier = notifier
        self._meter = Meter()
        self._web: Any = None
        self._k8saudit: Any = None
        self._grpc: Any = None
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
        self._watch = ConfigWatch(
            lambda: watched(service.config, service.prepared.config_files),
            self._files_changed,
        )

    def start(self, teardown: ExitStack) -> None:
        """Begins to serve and to look; *teardown* ends all of it.  Raises UserError."""
        self._serve(teardown)
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

    @property
    def web_address(self) -> tuple[str, int]:
        """Where the web server listens: host and port."""
        host, port = self._web.address
        return str(host), int(port)

    def summary(self) -> str:
        """What is said of lost events at the end of the run; "" where few were lost."""
        return self._drops.summary() if self._drops.seconds else ""

    @property
    def has_failed(self) -> bool:
        """Whether events were lost, and that was to end the run."""
        return self._drops.has_failed

    def _serve(self, teardown: ExitStack) -> None:
        service, config = self._service, self._service.config
        if config.control.enabled:
            own = control.server(
                config.control, control.routes(status=self._status, reload=self._reload)
            )
            own.start()
            teardown.callback(own.stop)
        if config.webserver.enabled:
            self._web = webserver.server(config.webserver, self._routes())
            self._web.start()
            teardown.callback(self._web.stop)
            log.info(
                "Starting health webserver, listening on %s:%d%s",
                *self.web_address,
                " (SSL)" if config.webserver.ssl_enabled else "",
            )
        plugin = audit_plugin.audit_plugin(config)
        if plugin is not None and service.audit is not None:
            self._k8saudit = audit_plugin.server(plugin, service.audit)
            self._k8saudit.start()
            teardown.callback(self._k8saudit.stop)
            log.info("k8saudit: taking audit events at %s%s", plugin.listen, plugin.path)
        if config.grpc.enabled:
            # Imported late: the library is large, and few use it.
            from falcomod.output.grpc_output import shared_spool
            from falcomod.output.grpc_server import GrpcServer
            from falcomod.output.grpc_version import Version

            self._grpc = GrpcServer(
                config.grpc, shared_spool(config), Version(__version__, ENGINE_VERSION)
            )
            teardown.callback(self._grpc.stop)
            self._grpc.start()
            log.info("Starting gRPC server at %s", config.grpc.bind_address)

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
        self._renew_servers(config)
        return later

    def _renew_servers(self, config: Config) -> None:
        """What they serve, and certificates; each goes on as before where it cannot be."""
        renewals: list[Callable[[], None]] = []
        if self._web is not None:
            web = self._web
            renewals.append(lambda: webserver.reconfigure(web, config.webserver, self._routes()))
        if self._k8saudit is not None:
            renewals.append(self._k8saudit.renew_certificate)
        if self._grpc is not None:
            renewals.append(lambda: self._grpc.renew_certificates(config.grpc))
        for renew in renewals:
            try:
                renew()
            except UserError as error:
                log.warning("a server goes on as before: %s", error)

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

    def _status(self) -> dict[str, Any]:
        return snapshot_json(self._seen())

    def _page(self) -> str:
        return text(self._seen(), self._service.config.metrics, self._meter.measure())

    def _seen(self) -> Snapshot:
        snapshot = self._service.snapshot()
        if snapshot is None:
            raise UserError("the engine does not answer")
        return snapshot

    def _routes(self) -> Routes:
        return webserver.routes(
            self._service.config,
            versions=versions,
            is_healthy=self._service.is_healthy,
            metrics=self._page,
            audit=self._service.audit,
        )

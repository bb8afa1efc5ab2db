# SPDX-License-Identifier: Apache-2.0
"""All that listens: control socket, web server, the k8saudit plugin's, gRPC."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from falcomod import __version__
from falcomod.app import control, webserver
from falcomod.app.audit import plugin as audit_plugin
from falcomod.app.audit.source import AuditSource
from falcomod.app.http.message import Routes
from falcomod.app.metrics.prometheus import text
from falcomod.app.metrics.resources import Meter
from falcomod.app.service import Service
from falcomod.app.snapshot import Snapshot
from falcomod.app.status_json import snapshot_json
from falcomod.app.versions import versions
from falcomod.config.model import Config
from falcomod.errors import UserError
from falcomod.rules.model import SOURCE_K8S_AUDIT
from falcomod.rules.requirements import ENGINE_VERSION

log = logging.getLogger(__name__)


class Servers:
    """They ask the service; *reload* is what the control socket has for whoever asks for one."""

    def __init__(self, service: Service, reload: Callable[[], dict[str, Any]]) -> None:
        self._service = service
        self._reload = reload
        self._meter = Meter()
        self._web: Any = None
        self._k8saudit: Any = None
        self._grpc: Any = None

    @property
    def web_address(self) -> tuple[str, int]:
        """Where the web server listens: host and port."""
        host, port = self._web.address
        return str(host), int(port)

    def start(self, teardown: ExitStack) -> None:
        """Begins to listen where the configuration says; *teardown* ends it.  Raises UserError."""
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

    def renew(self, config: Config) -> None:
        """Serves what *config* says, with the certificates of now; a server that cannot goes on
        as before, and that is logged."""
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

    def _status(self) -> dict[str, Any]:
        return snapshot_json(self._seen())

    def _page(self) -> str:
        return text(self._seen(), self._service.config.metrics, self._meter.measure())

    def _seen(self) -> Snapshot:
        snapshot = self._service.snapshot()
        if snapshot is None:
            raise UserError("the engine does not answer")
        return snapshot

    def _audit(self) -> AuditSource | None:
        """Who takes audit events; None where no rule is about them: anybody could post then, and
        nobody would have anything of it."""
        service = self._service
        endpoint = service.config.webserver.k8s_audit_endpoint
        if service.audit is None or not endpoint:
            return None
        if any(found.rule.source == SOURCE_K8S_AUDIT for found in service.prepared.rules.rules):
            return service.audit
        log.info("no rule has the source %s: nothing is taken at %s", SOURCE_K8S_AUDIT, endpoint)
        return None

    def _routes(self) -> Routes:
        return webserver.routes(
            self._service.config,
            versions=versions,
            is_healthy=self._service.is_healthy,
            metrics=self._page,
            audit=self._audit(),
        )

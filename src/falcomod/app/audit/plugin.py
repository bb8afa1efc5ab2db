# SPDX-License-Identifier: Apache-2.0
"""Where Falco's k8saudit plugin would listen for audit events: a second web server.

Its keys and their defaults are those of the plugin (falcosecurity/plugins, k8saudit).
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from falcomod.app.audit.source import AuditSource
from falcomod.app.http.listener import Tcp, Tls
from falcomod.app.http.message import Limits
from falcomod.app.http.server import HttpServer
from falcomod.app.webserver import audit_events
from falcomod.config.model import Config
from falcomod.errors import UserError

log = logging.getLogger(__name__)

NAME = "k8saudit"
CERTIFICATE = "/etc/falco/falco.pem"
BATCH_BYTES = 12582912
PORTS = {"http": 80, "https": 443}
SUPPORTED = (
    "http://HOST:PORT/PATH or https://HOST:PORT/PATH was expected, such as "
    "http://:9765/k8s-audit; a file of audit events is read by `falcomod replay FILE`, or "
    "with engine.kind: replay"
)
REMEDY = f"choose another port in open_params of the plugin {NAME}, or take it out of load_plugins"


@dataclass(frozen=True)
class AuditPlugin:
    """A listener for audit events."""

    listen: Tcp
    path: str
    body_bytes: int


def audit_plugin(config: Config) -> AuditPlugin | None:
    """What the plugin is to open; None where it is not in use.  Raises UserError."""
    wanted = config.load_plugins
    if wanted is not None and NAME not in wanted:
        return None
    found = [plugin for plugin in config.plugins if plugin.name == NAME]
    if not found:
        return None
    parameters = found[0].open_params
    if not parameters:
        log.warning("plugin %s: no open_params: it listens nowhere", NAME)
        return None
    options = _options(found[0].init_config)
    try:
        url = urlsplit(parameters)
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise _wrong("open_params", parameters, f"{error}; {SUPPORTED}") from None
    if url.scheme not in PORTS or not url.netloc:
        raise _wrong("open_params", parameters, SUPPORTED)
    certificate = options.get("sslCertificate", CERTIFICATE)
    if not isinstance(certificate, str):
        raise _wrong("init_config.sslCertificate", certificate, "a path was expected")
    size = options.get("webhookMaxBatchSize", BATCH_BYTES)
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise _wrong("init_config.webhookMaxBatchSize", size, "a number of bytes was expected")
    tls = None
    if url.scheme == "https":
        # Who posts is to be known on every port, if on one.
        tls = Tls(certificate, "init_config.sslCertificate", config.webserver.client_ca)
    elif config.webserver.client_ca:
        raise _wrong("open_params", parameters, "webserver.client_ca needs https://")
    listen = Tcp(_address(host, parameters), PORTS[url.scheme] if port is None else port, tls)
    return AuditPlugin(listen, url.path or "/", size)


def server(plugin: AuditPlugin, source: AuditSource) -> HttpServer:
    """Its server, not started."""
    return HttpServer(
        NAME,
        {plugin.path: {"POST": audit_events(source)}},
        listen=plugin.listen,
        limits=Limits(body_bytes=plugin.body_bytes, bodies_bytes=2 * plugin.body_bytes),
        remedy=REMEDY,
    )


def _options(given: object) -> Mapping[str, Any]:
    """init_config, which is a map or JSON of one."""
    if given is None or given == "":
        return {}
    if isinstance(given, str):
        try:
            given = orjson.loads(given)
        except orjson.JSONDecodeError as error:
            raise _wrong("init_config", given, f"no JSON: {error}") from None
    if not isinstance(given, Mapping):
        raise _wrong("init_config", given, "keys and values were expected")
    return given


def _address(host: str, parameters: str) -> str:
    """An IP address to listen on; without a host all, as the plugin does."""
    if not host:
        return "::" if socket.has_dualstack_ipv6() else "0.0.0.0"
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _wrong("open_params", parameters, f"{host}: {error.strerror}") from None
    return str(found[0][4][0])


def _wrong(key: str, value: object, expected: str) -> UserError:
    return UserError(f"plugins: {NAME}: {key}: {value!r}: {expected}")

# SPDX-License-Identifier: Apache-2.0
"""The web server as Falco has it: health, versions, metrics, audit events of Kubernetes.

What is served is a table of routes, made anew at every reload.  How audit events are
answered is Falco 0.25's, and also the k8saudit plugin's (app.audit.plugin).
"""

from __future__ import annotations

from collections.abc import Callable

from falcomod.app.audit.events import AuditFault
from falcomod.app.audit.source import AuditSource, NotSettled
from falcomod.app.http.listener import Tcp, Tls
from falcomod.app.http.message import (
    JSON,
    TEXT,
    Handler,
    Limits,
    Request,
    Response,
    Routes,
    json_response,
)
from falcomod.app.http.server import HttpServer
from falcomod.config.model import Config
from falcomod.config.service_options import Webserver
from falcomod.errors import FalcomodError, UserError

PROMETHEUS = "text/plain; version=0.0.4"
HTML = "text/html"
TAKEN = b"<html><body>Ok</body></html>"
REMEDY = (
    "choose another webserver.listen_port or webserver.listen_address, or switch it off with "
    "webserver.enabled: false"
)
NO_METRICS = "metrics are off: set metrics.enabled and webserver.prometheus_metrics_enabled to true"


def server(options: Webserver, routes: Routes) -> HttpServer:
    """The server of these options, not started."""
    tls = None
    if options.ssl_enabled:
        tls = Tls(options.ssl_certificate, "ssl_certificate", options.client_ca)
    listen = Tcp(options.listen_address, options.listen_port, tls)
    return HttpServer("webserver", routes, listen=listen, limits=limits(options), remedy=REMEDY)


def reconfigure(server: HttpServer, options: Webserver, routes: Routes) -> None:
    """Has a running server follow new options, but for those that need a restart.

    Raises UserError for a certificate that cannot be used, when all else is done.
    """
    server.set_routes(routes)
    server.set_limits(limits(options))
    server.renew_certificate(options.ssl_certificate)


def limits(options: Webserver) -> Limits:
    """Those of the options; two of the largest bodies may be there at a time."""
    size = options.max_request_bytes
    return Limits(body_bytes=size, bodies_bytes=2 * size)


def routes(
    config: Config,
    *,
    versions: Callable[[], dict[str, object]],
    is_healthy: Callable[[], bool],
    metrics: Callable[[], str] | None,
    audit: AuditSource | None,
) -> Routes:
    """What is served; raises UserError where two things have one path.

    *metrics* returns the text for Prometheus; without it, or where the options do not ask
    for it, /metrics says how to get it.  Without *audit* no audit events are taken.
    """
    options = config.webserver
    if not (config.metrics.enabled and options.prometheus_metrics_enabled):
        metrics = None
    rows: list[tuple[str, str, str, Handler]] = [
        ("webserver.k8s_healthz_endpoint", options.k8s_healthz_endpoint, "GET", health(is_healthy)),
        ("", "/versions", "GET", lambda _request: json_response(versions())),
        ("", "/metrics", "GET", _metrics(metrics)),
    ]
    if audit is not None and options.k8s_audit_endpoint:
        endpoint = options.k8s_audit_endpoint
        rows.append(("webserver.k8s_audit_endpoint", endpoint, "POST", audit_events(audit)))
    table: dict[str, dict[str, Handler]] = {}
    for key, path, method, handler in rows:
        if not path.startswith("/"):
            raise UserError(f"{key}: {path!r} is no path, which begins with /")
        if path in table:
            raise UserError(f"{key or path}: {path} is the path of something else, too")
        table[path] = {method: handler}
    return table


def health(is_healthy: Callable[[], bool]) -> Handler:
    """What probes of liveness ask; 503 where the agent does not work."""

    def answer(_request: Request) -> Response:
        if is_healthy():
            return Response(200, b'{"status": "ok"}')
        return Response(503, b'{"status": "unhealthy"}')

    return answer


def audit_events(source: AuditSource) -> Handler:
    """Takes what the API server's webhook posts.

    200 means that the alerts are with the outputs.  400 (413 for too many values) means that
    there is no event in the body; events among other things are taken, and the answer is
    200.  503 is to be tried again.
    """

    def answer(request: Request) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0]
        if media_type.strip().lower() != JSON:
            return Response(400, b"Wrong Content Type\n", TEXT)
        try:
            source.take(request.body)
        except AuditFault as fault:
            return Response(fault.status, f"{fault}\n".encode(), TEXT)
        except NotSettled:
            told = b"the outputs do not take the alerts at present\n"
            return Response(503, told, TEXT, {"Retry-After": "1"})
        return Response(200, TAKEN, HTML)

    return answer


def _metrics(metrics: Callable[[], str] | None) -> Handler:
    def answer(_request: Request) -> Response:
        if metrics is None:
            return Response(404, NO_METRICS.encode() + b"\n", TEXT)
        try:
            page = metrics()
        except FalcomodError as error:
            return Response(503, f"{error}\n".encode(), TEXT, {"Retry-After": "1"})
        return Response(200, page.encode(), PROMETHEUS)

    return answer

# SPDX-License-Identifier: Apache-2.0
"""What is served, over a real server; the numbers and events behind it are made up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from falcomod.app import webserver
from falcomod.app.audit.events import AuditFault
from falcomod.app.audit.source import NotSettled
from falcomod.app.http.message import Routes
from falcomod.app.http.server import HttpServer
from falcomod.app.versions import versions
from falcomod.config.model import Config
from falcomod.config.service_options import Metrics, Webserver
from falcomod.errors import UserError
from tests.http_talk import CERTIFICATES, Answer, ask, request, running, talk, trusting

OPTIONS = Webserver(listen_address="127.0.0.1", listen_port=0)
CONFIG = Config(webserver=OPTIONS)
WITH_METRICS = Config(
    webserver=replace(OPTIONS, prometheus_metrics_enabled=True), metrics=Metrics(enabled=True)
)


class Health:
    def __init__(self) -> None:
        self.is_good = True

    def __call__(self) -> bool:
        return self.is_good


class Taken:
    """In an AuditSource's place: remembers bodies, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.bodies: list[bytes] = []

    def take(self, body: bytes) -> int:
        self.bodies.append(body)
        if self.error is not None:
            raise self.error
        return 1


def routes(config: Config = CONFIG, **more: object) -> Routes:
    parts = {"is_healthy": lambda: True, "metrics": lambda: "n 1\n", "audit": Taken(), **more}
    return webserver.routes(config, versions=versions, **parts)  # type: ignore[arg-type]


@contextmanager
def served(config: Config = CONFIG, **more: object) -> Iterator[HttpServer]:
    with running(webserver.server(config.webserver, routes(config, **more))) as server:
        yield server


def posted(
    server: HttpServer, body: bytes, kind: str = "application/json", path: str = "/k8s-audit"
) -> Answer:
    data = request(path, method="POST", body=body, Content_Type=kind, Connection="close")
    (answer,) = talk(server.address, data)
    return answer


def test_health() -> None:
    health = Health()
    with served(is_healthy=health) as server:
        answer = ask(server.address, "/healthz")
        assert (answer.status, answer.body) == (200, b'{"status": "ok"}')
        assert answer.headers["content-type"] == "application/json"
        health.is_good = False
        answer = ask(server.address, "/healthz")
        assert (answer.status, json.loads(answer.body)["status"]) == (503, "unhealthy")


def test_versions() -> None:
    with served() as server:
        assert json.loads(ask(server.address, "/versions").body) == versions()


def test_metrics() -> None:
    with served(WITH_METRICS) as server:
        answer = ask(server.address, "/metrics")
    assert (answer.status, answer.body) == (200, b"n 1\n")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4"


def test_metrics_that_cannot_be_had_say_why(caplog: pytest.LogCaptureFixture) -> None:
    def metrics() -> str:
        raise UserError("the engine does not answer")

    with served(WITH_METRICS, metrics=metrics) as server:
        answer = ask(server.address, "/metrics")
    assert (answer.status, answer.body) == (503, b"the engine does not answer\n")
    assert not caplog.messages  # whoever scrapes comes again and again


@pytest.mark.parametrize(
    "config",
    [CONFIG, replace(WITH_METRICS, metrics=Metrics()), replace(WITH_METRICS, webserver=OPTIONS)],
)
def test_metrics_that_are_off_say_how_to_get_them(config: Config) -> None:
    with served(config) as server:
        answer = ask(server.address, "/metrics")
    assert answer.status == 404
    assert b"metrics.enabled" in answer.body
    assert b"webserver.prometheus_metrics_enabled" in answer.body


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;x"]
)
def test_audit_events_are_taken(kind: str) -> None:
    taken = Taken()
    with served(audit=taken) as server:
        answer = posted(server, b"{}", kind)
    assert (answer.status, answer.body) == (200, b"<html><body>Ok</body></html>")
    assert taken.bodies == [b"{}"]


@pytest.mark.parametrize("kind", ["text/plain", "application/jsonl", "", "x application/json"])
def test_audit_events_of_another_type_are_not(kind: str) -> None:
    taken = Taken()
    with served(audit=taken) as server:
        answer = posted(server, b"{}", kind)
    assert (answer.status, answer.body) == (400, b"Wrong Content Type\n")
    assert taken.bodies == []


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (AuditFault("no JSON: x"), 400, b"no JSON: x\n"),
        (AuditFault("many", status=413), 413, b"many\n"),
        (NotSettled(), 503, b"the outputs do not take the alerts at present\n"),
        (RuntimeError("inside"), 500, b'{"error":"falcomod failed inside; its log says why"}'),
    ],
)
def test_audit_events_that_are_refused(error: Exception, status: int, told: bytes) -> None:
    with served(audit=Taken(error)) as server:
        answer = posted(server, b"{}")
    assert (answer.status, answer.body) == (status, told)
    assert ("retry-after" in answer.headers) == (status == 503)


def test_audit_endpoint_takes_posts_alone() -> None:
    with served() as server:
        answer = ask(server.address, "/k8s-audit")
    assert (answer.status, answer.headers["allow"]) == (405, "post")


def test_body_that_is_larger_than_the_options_allow() -> None:
    config = replace(CONFIG, webserver=replace(OPTIONS, max_request_bytes=10))
    with served(config) as server:
        assert posted(server, b"x" * 10).status == 200
        assert posted(server, b"x" * 11).status == 413
        assert posted(server, b"x" * 1_000_000).status == 413


def test_paths_are_those_of_the_options() -> None:
    options = replace(OPTIONS, k8s_healthz_endpoint="/live", k8s_audit_endpoint="/audit")
    with served(replace(CONFIG, webserver=options)) as server:
        assert ask(server.address, "/live").status == 200
        assert posted(server, b"{}", path="/audit").status == 200
        assert ask(server.address, "/healthz").status == 404
        assert posted(server, b"{}").status == 404


def test_audit_endpoint_that_is_switched_off() -> None:
    options = replace(OPTIONS, k8s_audit_endpoint="")
    assert "/k8s-audit" not in routes(replace(CONFIG, webserver=options))
    assert set(routes(audit=None)) == {"/healthz", "/versions", "/metrics"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"k8s_audit_endpoint": "audit"}, r"webserver.k8s_audit_endpoint: 'audit' is no path"),
        ({"k8s_audit_endpoint": "/healthz"}, r"k8s_audit_endpoint: /healthz is the path of some"),
        ({"k8s_healthz_endpoint": "/metrics"}, r"/metrics is the path of something else, too"),
        ({"k8s_healthz_endpoint": ""}, r"webserver.k8s_healthz_endpoint: '' is no path"),
    ],
)
def test_paths_that_cannot_be(options: dict[str, str], told: str) -> None:
    with pytest.raises(UserError, match=told):
        routes(replace(CONFIG, webserver=replace(OPTIONS, **options)))


def test_port_that_is_taken_names_the_option() -> None:
    with served() as server:
        taken = replace(OPTIONS, listen_port=server.address[1])
        with pytest.raises(UserError) as caught:
            webserver.server(taken, routes()).start()
    assert "webserver.listen_port" in str(caught.value)
    assert "webserver.enabled: false" in str(caught.value)


def test_tls_by_the_options() -> None:
    path = str(CERTIFICATES / "first.pem")
    options = replace(OPTIONS, ssl_enabled=True, ssl_certificate=path)
    with served(replace(CONFIG, webserver=options)) as server:
        assert ask(server.address, "/healthz", tls=trusting("first.pem")).status == 200


def test_new_options_while_it_runs() -> None:
    first, second = (str(CERTIFICATES / name) for name in ("first.pem", "second.pem"))
    options = replace(OPTIONS, ssl_enabled=True, ssl_certificate=first)
    with served(replace(CONFIG, webserver=options)) as server:
        absent = replace(options, ssl_certificate="/absent", k8s_healthz_endpoint="/live")
        made = routes(replace(CONFIG, webserver=absent))
        with pytest.raises(UserError, match="/absent"):
            webserver.reconfigure(server, absent, made)
        assert ask(server.address, "/live", tls=trusting("first.pem")).status == 200
        webserver.reconfigure(server, replace(options, ssl_certificate=second), made)
        assert ask(server.address, "/live", tls=trusting("second.pem")).status == 200
        server.renew_certificate()
        assert ask(server.address, "/live", tls=trusting("second.pem")).status == 200


def test_certificate_means_nothing_without_tls() -> None:
    with served() as server:
        webserver.reconfigure(server, replace(OPTIONS, ssl_certificate="/absent"), routes())
        assert ask(server.address, "/healthz").status == 200

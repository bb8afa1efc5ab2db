# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import socket
import ssl
from dataclasses import replace

import pytest

from falcomod.app.audit import plugin as audit_plugin
from falcomod.app.audit.plugin import AuditPlugin
from falcomod.app.http.listener import Tcp, Tls
from falcomod.config.engine_options import Plugin
from falcomod.config.model import Config
from falcomod.config.service_options import Webserver
from falcomod.errors import UserError
from tests.http_talk import CERTIFICATES, answers, connected, request, running, talk, to_end

ALL = "::" if socket.has_dualstack_ipv6() else "0.0.0.0"
URL = "http://:9765/k8s-audit"


def plugin(open_params: str = URL, init_config: object = None, **more: object) -> AuditPlugin:
    found = configured(open_params, init_config, **more)
    assert found is not None
    return found


def configured(
    open_params: str = URL, init_config: object = None, **more: object
) -> AuditPlugin | None:
    named = Plugin(name="k8saudit", open_params=open_params, init_config=init_config)
    return audit_plugin.audit_plugin(Config(plugins=[Plugin(name="json"), named], **more))  # type: ignore[arg-type]


class Taken:
    """In an AuditSource's place."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def take(self, body: bytes) -> int:
        self.bodies.append(body)
        return 1


@pytest.mark.parametrize(
    ("open_params", "listen", "path"),
    [
        (URL, Tcp(ALL, 9765), "/k8s-audit"),
        ("http://127.0.0.1:1/a/b", Tcp("127.0.0.1", 1), "/a/b"),
        ("http://[::1]:9765", Tcp("::1", 9765), "/"),
        ("http://localhost:9765/", Tcp("127.0.0.1", 9765), "/"),
        ("http://0.0.0.0/x", Tcp("0.0.0.0", 80), "/x"),
        ("https://:9765/x", Tcp(ALL, 9765, Tls("/etc/falco/falco.pem")), "/x"),
    ],
)
def test_where_it_listens(open_params: str, listen: Tcp, path: str) -> None:
    found = plugin(open_params)
    if "localhost" in open_params:
        assert found.listen in (listen, Tcp("::1", 9765))
    else:
        assert found.listen == listen
    assert (found.path, found.body_bytes) == (path, 12582912)


@pytest.mark.parametrize(
    "init_config",
    [
        {
            "sslCertificate": "/c.pem",
            "webhookMaxBatchSize": 10,
            "maxEventSize": 1,
            "useAsync": False,
        },
        '{"sslCertificate": "/c.pem", "webhookMaxBatchSize": 10}',
    ],
)
def test_init_config(init_config: object) -> None:
    found = plugin("https://:1/x", init_config)
    assert (found.listen.tls, found.body_bytes) == (Tls("/c.pem"), 10)


@pytest.mark.parametrize("init_config", [None, "", {}, "{}"])
def test_init_config_that_says_nothing(init_config: object) -> None:
    assert plugin(URL, init_config) == plugin()


def test_in_use_only_where_it_is_loaded(caplog: pytest.LogCaptureFixture) -> None:
    assert audit_plugin.audit_plugin(Config()) is None
    assert audit_plugin.audit_plugin(Config(plugins=[Plugin(name="json")])) is None
    assert configured(load_plugins=[]) is None
    assert configured(load_plugins=["json"]) is None
    assert configured(load_plugins=["json", "k8saudit"]) == configured() is not None
    assert caplog.text == ""
    assert configured("") is None
    assert "no open_params: it listens nowhere" in caplog.text


@pytest.mark.parametrize(
    ("open_params", "init_config", "told"),
    [
        ("/var/log/audit.jsonl", None, r"open_params: '/var/log/audit.jsonl'.*falcomod replay"),
        ("ftp://:1/x", None, r"http://HOST:PORT/PATH"),
        ("http:///x", None, r"http://HOST:PORT/PATH"),
        ("http://:port/x", None, r"open_params: .*HOST:PORT"),
        ("http://:99999/x", None, r"open_params: .*HOST:PORT"),
        ("http://[::1/x", None, r"open_params: .*HOST:PORT"),
        ("http://no.such.host.invalid:1/x", None, r"no.such.host.invalid"),
        (URL, "{", r"init_config: '{': no JSON"),
        (URL, [1], r"keys and values were expected"),
        (URL, {"sslCertificate": 1}, r"init_config.sslCertificate: 1: a path"),
        (URL, {"webhookMaxBatchSize": "1"}, r"webhookMaxBatchSize: '1': a number of bytes"),
        (URL, {"webhookMaxBatchSize": True}, r"a number of bytes"),
        (URL, {"webhookMaxBatchSize": 0}, r"a number of bytes"),
    ],
)
def test_what_it_cannot_open(open_params: str, init_config: object, told: str) -> None:
    with pytest.raises(UserError, match=f"^plugins: k8saudit: .*{told}"):
        configured(open_params, init_config)


def test_takes_audit_events_on_its_own_address() -> None:
    taken = Taken()
    found = plugin("http://127.0.0.1:0/k8s-audit", {"webhookMaxBatchSize": 20})
    with running(audit_plugin.server(found, taken)) as server:  # type: ignore[arg-type]
        headers = {"method": "POST", "Content_Type": "application/json", "Connection": "close"}
        (answer,) = talk(server.address, request("/k8s-audit", body=b"{}", **headers))
        assert (answer.status, answer.body) == (200, b"<html><body>Ok</body></html>")
        (answer,) = talk(server.address, request("/k8s-audit", body=b"x" * 21, **headers))
        assert answer.status == 413
        assert talk(server.address, request("/healthz"))[0].status == 404
    assert taken.bodies == [b"{}"]


def test_who_posts_is_asked_for_a_certificate_as_on_the_other_port() -> None:
    asking = Config(webserver=Webserver(ssl_enabled=True, client_ca="/ca.pem"))
    found = audit_plugin.audit_plugin(
        replace(asking, plugins=[Plugin(name="k8saudit", open_params="https://:1/x")])
    )
    assert found is not None
    assert found.listen.tls == Tls("/etc/falco/falco.pem", client_ca="/ca.pem")
    with pytest.raises(UserError, match=r"client_ca needs https://"):
        audit_plugin.audit_plugin(
            replace(asking, plugins=[Plugin(name="k8saudit", open_params=URL)])
        )


def test_takes_audit_events_over_tls() -> None:
    certificate = str(CERTIFICATES / "first.pem")
    found = plugin("https://127.0.0.1:0/x", {"sslCertificate": certificate})
    taken = Taken()
    with running(audit_plugin.server(found, taken)) as server:  # type: ignore[arg-type]
        trusting = ssl.create_default_context(cafile=certificate)
        with connected(server.address, tls=trusting) as client:
            headers = {"Content_Type": "application/json", "Connection": "close"}
            client.sendall(request("/x", method="POST", body=b"{}", **headers))
            assert answers(to_end(client))[0].status == 200
    assert taken.bodies == [b"{}"]


def test_port_that_is_taken_names_the_plugin() -> None:
    found = plugin("http://127.0.0.1:0/x")
    with running(audit_plugin.server(found, Taken())) as server:  # type: ignore[arg-type]
        again = plugin(f"http://127.0.0.1:{server.address[1]}/x")
        with pytest.raises(UserError, match=r"^k8saudit: .*open_params of the plugin k8saudit"):
            audit_plugin.server(again, Taken()).start()  # type: ignore[arg-type]

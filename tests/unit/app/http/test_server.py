# SPDX-License-Identifier: Apache-2.0
"""The server as a whole: where it listens, and what changes while it runs."""

from __future__ import annotations

import os
import shutil
import ssl
import stat
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from falcomod.app.http.listener import Tcp, Tls, Unix
from falcomod.app.http.message import Limits
from falcomod.app.http.server import HttpServer
from falcomod.errors import UserError
from tests.http_talk import (
    CERTIFICATES,
    ROUTES,
    answers,
    ask,
    connected,
    echo,
    request,
    running,
    served,
    talk,
    to_end,
    trusting,
)


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    return shutil.copy(CERTIFICATES / "first.pem", tmp_path / "server.pem")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_on_its_address(host: str) -> None:
    with served(listen=Tcp(host, 0)) as server:
        assert server.address[0] == host
        assert ask(server.address, "/").body == b"GET /? 0"
        assert server.counters()["status_200"] == 1


def test_can_start_and_stop_again() -> None:
    server = HttpServer("web-test", ROUTES, listen=Tcp("127.0.0.1", 0))
    server.stop()
    for _ in range(3):
        with running(server):
            assert ask(server.address, "/").status == 200
    server.stop()


def test_port_that_is_taken_is_named_with_the_remedy() -> None:
    with served() as server:
        port = server.address[1]
        other = HttpServer("other", ROUTES, listen=Tcp("127.0.0.1", port), remedy="do this")
        threads = threading.active_count()
        with pytest.raises(UserError, match=rf"^other: .*:{port}: another process .*; do this$"):
            other.start()
        assert threading.active_count() == threads
        other.stop()


def test_unix_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with served(listen=Unix("s"), limits=Limits(connections_each=1)) as server:
        assert stat.S_IMODE(os.stat("s").st_mode) == 0o600
        with connected(server.address), connected(server.address):
            assert ask(server.address, "/").body == b"GET /? 0"
    assert not os.path.exists("s")


def test_unix_socket_of_a_successor_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with served(listen=Unix("s")):
        os.unlink("s")
        Path("s").write_text("another's")
    assert os.path.exists("s")


def test_routes_and_limits_change_while_it_runs() -> None:
    with served() as server, connected(server.address) as client:
        client.sendall(request("/"))
        assert answers(client.recv(1000))[0].status == 200
        server.set_routes({"/new": {"GET": echo}})
        client.sendall(request("/new"))
        assert answers(client.recv(1000))[0].body == b"GET /new? 0"
        server.set_routes(ROUTES)
        server.set_limits(Limits(body_bytes=1))
        assert talk(server.address, request("/", method="POST", body=b"xx"))[0].status == 413


def test_tls(certificate: str) -> None:
    with served(listen=Tcp("127.0.0.1", 0, Tls(certificate))) as server:
        with connected(server.address, tls=trusting("first.pem")) as client:
            assert isinstance(client, ssl.SSLSocket)
            assert client.version() == "TLSv1.3"
            client.sendall(request("/") + request("/", method="POST", body=b"x" * 1_000_000))
            client.sendall(request("/absent"))
            found = answers(to_end(client))
        assert [answer.status for answer in found] == [200, 200, 404]
        assert server.counters().get("no_tls", 0) == 0


def test_certificate_is_renewed(certificate: str) -> None:
    with served(listen=Tcp("127.0.0.1", 0, Tls(certificate))) as server, ExitStack() as clients:
        old = clients.enter_context(connected(server.address, tls=trusting("first.pem")))
        Path(certificate).write_text("no certificate")
        with pytest.raises(UserError, match="no certificate with its key"):
            server.renew_certificate()
        assert ask(server.address, "/", tls=trusting("first.pem")).status == 200
        shutil.copy(CERTIFICATES / "second.pem", certificate)
        server.renew_certificate()
        assert ask(server.address, "/", tls=trusting("second.pem")).status == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(server.address, "/", tls=trusting("first.pem"))
        old.sendall(request("/", Connection="close"))
        assert answers(to_end(old))[0].status == 200


def test_certificate_that_is_missing_at_the_start() -> None:
    server = HttpServer(
        "web", ROUTES, listen=Tcp("127.0.0.1", 0, Tls("/absent", "cert")), remedy="r"
    )
    # That there might be another port is no help here.
    with pytest.raises(
        UserError, match=r"^web: cert: /absent: No such file or directory; the file.*password$"
    ):
        server.start()
    server.stop()

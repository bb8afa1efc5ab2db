# SPDX-License-Identifier: Apache-2.0
"""Many clients, and those that do not speak TLS; of one client tells test_http_connection."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import shutil
import socket
import ssl
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from falcomod.app.http import loop as http_loop
from falcomod.app.http.listener import Tcp, Tls
from falcomod.app.http.loop import origin_of
from falcomod.app.http.message import Limits, Request, Response
from falcomod.app.http.server import HttpServer
from falcomod.errors import UserError
from tests.http_identities import Authority
from tests.http_talk import (
    CERTIFICATES,
    ROUTES,
    Address,
    Held,
    answers,
    ask,
    connected,
    request,
    served,
    talk,
    to_end,
    trusting,
    until,
    wait_cut_off,
)

SLOW_CLIENTS = 60


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    return shutil.copy(CERTIFICATES / "first.pem", tmp_path / "server.pem")


def test_slow_clients_keep_nobody_waiting(capsys: pytest.CaptureFixture[str]) -> None:
    """Sixty that hang in their headers, bodies, or after a request; health is asked meanwhile."""
    begins = (b"", b"GET / HTTP/1.1\r\nHo", request("/", method="POST", Content_Length="9"))
    with served() as server, ExitStack() as clients:
        for number in range(SLOW_CLIENTS):
            client = clients.enter_context(connected(server.address))
            client.sendall(begins[number % len(begins)])
        until(lambda: server.counters()["open"] == SLOW_CLIENTS)
        times_s = []
        for _ in range(200):
            began_s = time.perf_counter()
            assert ask(server.address, "/").status == 200
            times_s.append(time.perf_counter() - began_s)
        assert server.counters()["open"] >= SLOW_CLIENTS
    times_s.sort()
    with capsys.disabled():
        print(f"\nbeside {SLOW_CLIENTS} slow clients: median {times_s[100] * 1000:.1f} ms, "
              f"99 % {times_s[198] * 1000:.1f} ms")  # fmt: skip
    assert times_s[100] < 0.5


def hold(clients: ExitStack, address: Address, count: int) -> list[socket.socket]:
    """Clients whose requests are being handled."""
    made = [clients.enter_context(connected(address)) for _ in range(count)]
    for client in made:
        client.sendall(request("/held"))
    return made


def test_one_address_gets_its_share_and_no_more(held: Held) -> None:
    limits = Limits(connections=5, connections_each=3)
    routes = {**ROUTES, "/held": {"GET": held}}
    with served(routes, limits=limits) as server, ExitStack() as clients:
        busy = hold(clients, server.address, 3)
        for _ in busy:
            held.wait_entered()
        (answer,) = talk(server.address, request("/"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        other = clients.enter_context(socket.socket())
        other.bind(("127.0.0.2", 0))
        other.settimeout(20)
        other.connect(server.address)
        other.sendall(request("/", Connection="close"))
        assert answers(to_end(other))[0].status == 200
        assert server.counters()["turned_away"] == 1
        held.released.set()


def test_server_whose_clients_are_all_served_is_full(held: Held) -> None:
    limits = Limits(connections=2, connections_each=9)
    routes = {**ROUTES, "/held": {"GET": held}}
    with served(routes, limits=limits) as server, ExitStack() as clients:
        hold(clients, server.address, 2)
        for _ in range(2):
            held.wait_entered()
        assert talk(server.address, request("/"))[0].status == 503
        held.released.set()
        clients.close()
        until(lambda: server.counters()["open"] == 0)
        assert ask(server.address, "/").status == 200


@pytest.mark.parametrize("limits", [Limits(connections=3), Limits(connections_each=3)])
def test_who_keeps_the_server_waiting_longest_makes_room(limits: Limits) -> None:
    with served(limits=limits) as server, ExitStack() as clients:
        waiting = []
        for number in range(3):
            client = clients.enter_context(connected(server.address))
            client.sendall(request("/", method="POST", Content_Length="9"))
            waiting.append(client)
            until(lambda: server.counters()["open"] == number + 1)  # noqa: B023
        assert ask(server.address, "/").status == 200
        wait_cut_off(waiting[0])
        for client in waiting[1:]:
            client.sendall(b"x" * 9)
            assert answers(client.recv(65536))[0].status == 200
        assert server.counters()["made_room"] == 1


def test_crowd_that_says_nothing_keeps_nobody_out() -> None:
    limits = Limits(connections=20, connections_each=10)
    with served(limits=limits) as server, ExitStack() as clients:
        for number in range(100):
            clients.enter_context(connected(server.address)).sendall(b"GET /")
            if number % 10 == 0:
                assert ask(server.address, "/").status == 200
        until(lambda: server.counters()["open"] <= 10)
        assert server.counters().get("turned_away", 0) == 0


def test_what_counts_as_one_address() -> None:
    assert origin_of("192.0.2.1") == origin_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert origin_of("2001:db8::1") == origin_of("2001:db8::ffff:2") == "2001:db8::/64"
    assert origin_of("fe80::1%eth0") == "fe80::/64"
    assert origin_of("") == ""


def test_response_that_is_none_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    def splits(asked: Request) -> Response:
        return Response(200, b"", "text/plain\r\nX: y")

    with served(routes={**ROUTES, "/bad": {"GET": splits}}) as server:
        assert talk(server.address, request("/bad")) == []
        assert ask(server.address, "/").status == 200
    assert "web-test: connection lost" in caplog.text


def test_stop_waits_for_who_is_served_and_for_nobody_else(held: Held) -> None:
    with served(routes={"/held": {"GET": held}}) as server, ExitStack() as clients:
        busy = clients.enter_context(connected(server.address))
        busy.sendall(request("/held"))
        idle = clients.enter_context(connected(server.address))
        idle.sendall(b"GET")
        held.wait_entered()
        until(lambda: server.counters()["open"] == 2)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        wait_cut_off(idle)
        with pytest.raises(ConnectionRefusedError):
            until(lambda: connected(server.address).close())
        held.released.set()
        (answer,) = answers(to_end(busy))
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        stopping.join()


def test_stop_waits_not_for_ever(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_loop, "STOP_S", 0.05)
    with served(routes={"/held": {"GET": held}}) as server, connected(server.address) as client:
        client.sendall(request("/held"))
        held.wait_entered()
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert to_end(client) == b""
        held.released.set()  # a thread cannot be ended from outside
        stopping.join()


def test_accept_that_fails_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """No descriptors are left; they come again."""
    with served() as server, ExitStack() as clients:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        waiting = clients.enter_context(socket.socket())
        waiting.settimeout(20)
        used = max(int(name) for name in os.listdir("/proc/self/fd"))
        resource.setrlimit(resource.RLIMIT_NOFILE, (used, limits[1]))
        try:
            held = []
            with contextlib.suppress(OSError):
                while True:
                    held.append(os.dup(0))
            waiting.connect(server.address)
            waiting.sendall(request("/", Connection="close"))
            until(lambda: server.counters().get("accept_failed", 0) >= 2)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            for file in held:
                os.close(file)
        assert answers(to_end(waiting))[0].status == 200
    assert caplog.text.count("accept failed: Too many open files") == 1


def test_clients_that_say_nothing_give_their_descriptors_to_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """None but theirs come again."""
    with served() as server, ExitStack() as clients:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        asking = [clients.enter_context(socket.socket()) for _ in range(3)]
        silent = [clients.enter_context(connected(server.address)) for _ in range(3)]
        until(lambda: server.counters()["open"] == len(silent))
        used = max(int(name) for name in os.listdir("/proc/self/fd"))
        held = []
        resource.setrlimit(resource.RLIMIT_NOFILE, (used, limits[1]))
        try:
            with contextlib.suppress(OSError):
                while True:
                    held.append(os.dup(0))
            for client in asking:
                client.settimeout(20)
                client.connect(server.address)
                client.sendall(request("/"))
                assert answers(client.recv(1000))[0].status == 200
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            for file in held:
                os.close(file)
    assert caplog.text.count("accept failed: Too many open files") == 1


def hello(data: bytes, address: Address) -> bytes:
    """What is answered to a client that does not speak TLS, until the connection ends."""
    with connected(address) as client:
        client.sendall(data)
        with contextlib.suppress(ConnectionResetError):
            return to_end(client)
        return b""


def test_wrong_tls_is_refused_without_a_word_in_the_log(
    certificate: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "falcomod")
    with served(listen=Tcp("127.0.0.1", 0, Tls(certificate))) as server:
        # The second begins as TLS does.
        for data in (request("/"), b"\x16\x03\x01\0\5\1\0\0\1\0", b"\xff" * 5000):
            assert b"HTTP" not in hello(data, server.address)
        old = trusting("first.pem")
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            connected(server.address, tls=old)
        with pytest.raises(ssl.SSLCertVerificationError):
            connected(server.address, tls=ssl.create_default_context())
        until(lambda: server.counters()["open"] == 0)
        assert ask(server.address, "/", tls=trusting("first.pem")).status == 200
        assert server.counters()["no_tls"] >= 4
    assert caplog.text == ""


def test_tls_that_is_not_agreed_upon_in_time(certificate: str) -> None:
    limits = Limits(handshake_s=0.1)
    with served(listen=Tcp("127.0.0.1", 0, Tls(certificate)), limits=limits) as server:
        for data in (b"", b"\x16\x03\x01"):
            assert hello(data, server.address) == b""
        until(lambda: server.counters()["no_tls"] == 2)


def test_stop_during_handshakes(certificate: str) -> None:
    with served(listen=Tcp("127.0.0.1", 0, Tls(certificate))) as server, ExitStack() as clients:
        for _ in range(5):
            client = clients.enter_context(connected(server.address))
            client.sendall(b"\x16\x03\x01")
        until(lambda: server.counters()["open"] == 5)
        began_s = time.monotonic()
        server.stop()
        assert time.monotonic() - began_s < http_loop.STOP_S


def test_tls_client_that_goes_without_goodbye(certificate: str) -> None:
    with served(listen=Tcp("127.0.0.1", 0, Tls(certificate))) as server:
        client = connected(server.address, tls=trusting("first.pem"))
        client.sendall(request("/"))
        assert answers(client.recv(65536))[0].status == 200
        os.close(client.detach())
        until(lambda: server.counters()["open"] == 0)
        assert server.counters().get("bugs", 0) == 0


@pytest.mark.parametrize(
    ("signed_by", "statuses"), [("ours", [200, 200]), ("nobody", [200, 403]), ("another", [])]
)
def test_who_posts_shows_a_certificate(
    tmp_path: Path, certificate: str, signed_by: str, statuses: list[int]
) -> None:
    """Who only asks needs none; one that is shown has to be right."""
    authority = Authority(tmp_path / "ours")
    other = Authority(tmp_path / "another")
    context = trusting("first.pem")
    if signed_by != "nobody":
        signer = authority if signed_by == "ours" else other
        context.load_cert_chain(*signer.pair("client", "client.test"))
    tls = Tls(certificate, client_ca=str(authority.file))
    with served(listen=Tcp("127.0.0.1", 0, tls)) as server:
        found = []
        with (
            suppress(ssl.SSLError, ConnectionError),
            connected(server.address, tls=context) as client,
        ):
            client.sendall(request("/") + request("/", method="POST", body=b"xx"))
            if statuses[-1:] == [200]:
                client.sendall(request("/absent"))
            found = [answer.status for answer in answers(to_end(client))]
        assert found[: len(statuses)] == statuses
        until(lambda: server.counters()["open"] == 0)
        assert server.counters().get("no_tls", 0) == (signed_by == "another")
        assert ask(server.address, "/", tls=trusting("first.pem")).status == 200


def test_authorities_of_clients_that_are_none(tmp_path: Path, certificate: str) -> None:
    for path, told in (("/absent", "No such file"), (str(tmp_path / "x"), "no certificates")):
        (tmp_path / "x").write_text("none")
        made = HttpServer("t", ROUTES, listen=Tcp("127.0.0.1", 0, Tls(certificate, client_ca=path)))
        with pytest.raises(UserError, match=f"client_ca: {path}: {told}"):
            made.start()

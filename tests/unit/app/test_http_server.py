# SPDX-License-Identifier: Apache-2.0
"""The server as a whole: many clients, TLS, threads; of one client tells test_http_connection."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import shutil
import socket
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from falcomod.app import http_server
from falcomod.app.http_server import (
    HttpServer,
    Limits,
    Request,
    Response,
    Tcp,
    Tls,
    Unix,
    origin_of,
)
from falcomod.errors import UserError
from tests.http_talk import (
    CERTIFICATES,
    Address,
    answers,
    ask,
    connected,
    echo,
    request,
    running,
    talk,
    to_end,
    until,
)

LOOPBACK = Tcp("127.0.0.1", 0)
ROUTES = {"/": {"GET": echo, "POST": echo}}
SLOW_CLIENTS = 60


def served(**more: object) -> contextlib.AbstractContextManager[HttpServer]:
    options = {"listen": LOOPBACK, "limits": Limits(), **more}
    return running(HttpServer("web-test", options.pop("routes", ROUTES), **options))  # type: ignore[arg-type]


class Held:
    """A handler that answers when it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.released = threading.Event()

    def __call__(self, asked: Request) -> Response:
        self.entered.release()
        assert self.released.wait(20)
        return echo(asked)

    def wait_entered(self) -> None:
        assert self.entered.acquire(timeout=20)


@pytest.fixture
def held() -> Iterator[Held]:
    made = Held()
    yield made
    made.released.set()


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    return shutil.copy(CERTIFICATES / "first.pem", tmp_path / "server.pem")


def trusting(name: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATES / name))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_on_its_address(host: str) -> None:
    with served(listen=Tcp(host, 0)) as server:
        assert server.address[0] == host
        assert ask(server.address, "/").body == b"GET /? 0"
        assert server.counters()["status_200"] == 1


def test_can_start_and_stop_again() -> None:
    server = HttpServer("web-test", ROUTES, listen=LOOPBACK)
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


def test_one_address_gets_its_share_and_no_more() -> None:
    with served(limits=Limits(connections=5, connections_each=3)) as server, ExitStack() as clients:
        for _ in range(3):
            clients.enter_context(connected(server.address))
        until(lambda: server.counters()["open"] == 3)
        (answer,) = talk(server.address, request("/"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        other = clients.enter_context(socket.socket())
        other.bind(("127.0.0.2", 0))
        other.settimeout(20)
        other.connect(server.address)
        other.sendall(request("/", Connection="close"))
        assert answers(to_end(other))[0].status == 200
        assert server.counters()["turned_away"] == 1
    with served(limits=Limits(connections=2, connections_each=9)) as server, ExitStack() as clients:
        for _ in range(2):
            clients.enter_context(connected(server.address))
        until(lambda: server.counters()["open"] == 2)
        assert talk(server.address, request("/"))[0].status == 503
        clients.close()
        until(lambda: server.counters()["open"] == 0)
        assert ask(server.address, "/").status == 200


def test_what_counts_as_one_address() -> None:
    assert origin_of("192.0.2.1") == origin_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert origin_of("2001:db8::1") == origin_of("2001:db8::ffff:2") == "2001:db8::/64"
    assert origin_of("fe80::1%eth0") == "fe80::/64"
    assert origin_of("") == ""


def test_handler_that_fails_is_told_of_and_answered(caplog: pytest.LogCaptureFixture) -> None:
    def fails(asked: Request) -> Response:
        raise RuntimeError("inside")

    with served(routes={**ROUTES, "/bad": {"GET": fails}}) as server:
        found = talk(server.address, request("/bad") + request("/", Connection="close"))
        assert [answer.status for answer in found] == [500, 200]
    assert "web-test: GET /bad failed: RuntimeError: inside" in caplog.text


def test_response_that_is_none_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    def splits(asked: Request) -> Response:
        return Response(200, b"", "text/plain\r\nX: y")

    with served(routes={**ROUTES, "/bad": {"GET": splits}}) as server:
        assert talk(server.address, request("/bad")) == []
        assert ask(server.address, "/").status == 200
    assert "web-test: connection lost" in caplog.text


def test_handlers_that_hang_are_answered_for(held: Held) -> None:
    routes = {**ROUTES, "/held": {"POST": held}}
    with served(routes=routes, limits=Limits(handler_s=0.1)) as server:
        for _ in range(8):  # more than there are threads
            (answer,) = talk(server.address, request("/held", method="POST", body=b"x"))
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert ask(server.address, "/").status == 200
        assert server.counters()["handlers_late"] == 8
        held.released.set()


def test_requests_with_a_body_leave_threads_to_others(held: Held) -> None:
    with served(routes={**ROUTES, "/held": {"POST": held}}) as server, ExitStack() as clients:
        posting = []
        for _ in range(2 * http_server.HANDLERS):
            client = clients.enter_context(connected(server.address))
            client.sendall(request("/held", method="POST", body=b"x", Connection="close"))
            posting.append(client)
        for _ in range(http_server.BODY_HANDLERS):
            held.wait_entered()
        assert ask(server.address, "/").status == 200
        held.released.set()
        for client in posting:
            assert answers(to_end(client))[0].body == b"POST /held? 1"


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
        assert to_end(idle) == b""
        with pytest.raises(ConnectionRefusedError):
            until(lambda: connected(server.address).close())
        held.released.set()
        (answer,) = answers(to_end(busy))
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        stopping.join()


def test_stop_waits_not_for_ever(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "STOP_S", 0.05)
    with served(routes={"/held": {"GET": held}}) as server, connected(server.address) as client:
        client.sendall(request("/held"))
        held.wait_entered()
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert to_end(client) == b""
        held.released.set()  # a thread cannot be ended from outside
        stopping.join()


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
    server = HttpServer("web", ROUTES, listen=Tcp("127.0.0.1", 0, Tls("/absent")), remedy="r")
    with pytest.raises(UserError, match=r"^web: /absent: No such file or directory; r$"):
        server.start()
    server.stop()


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
    with served(
        listen=Tcp("127.0.0.1", 0, Tls(certificate)), limits=Limits(handshake_s=0.1)
    ) as server:
        for data in (
            request("/"),
            b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
            b"\xff" * 5000,
            b"",
        ):
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
        assert server.counters()["no_tls"] >= 5
    assert caplog.text == ""


def test_stop_during_handshakes(certificate: str) -> None:
    with served(listen=Tcp("127.0.0.1", 0, Tls(certificate))) as server, ExitStack() as clients:
        for _ in range(5):
            client = clients.enter_context(connected(server.address))
            client.sendall(b"\x16\x03\x01")
        until(lambda: server.counters()["open"] == 5)
        began_s = time.monotonic()
        server.stop()
        assert time.monotonic() - began_s < http_server.STOP_S


def test_tls_client_that_goes_without_goodbye(certificate: str) -> None:
    with served(listen=Tcp("127.0.0.1", 0, Tls(certificate))) as server:
        client = connected(server.address, tls=trusting("first.pem"))
        client.sendall(request("/"))
        assert answers(client.recv(65536))[0].status == 200
        os.close(client.detach())
        until(lambda: server.counters()["open"] == 0)
        assert server.counters().get("bugs", 0) == 0

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from falcomod.config.output_options import HttpOutput
from falcomod.output.delivery import SendFault
from falcomod.output.http_address import read_address
from falcomod.output.http_certificates import Certificates
from falcomod.output.http_connection import ANSWER_MAX, Connection, Timeout
from tests.http_identities import Authority
from tests.http_receiver import Handler, Receiver, answering, raw, receiver

Connect = Callable[..., Connection]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def connect() -> Iterator[Connect]:
    made: list[Connection] = []

    def new(
        url: str, timeout_s: float = 20.0, keep_alive: bool = True, **options: Any
    ) -> Connection:
        made.append(
            Connection(
                read_address(url, "url"),
                lambda kind: Certificates(HttpOutput(**options), kind),
                timeout_s,
                keep_alive=keep_alive,
            )
        )
        return made[-1]

    yield new
    for each in made:
        each.close()


def post(connection: Connection, body: bytes = b"{}") -> int:
    return connection.post("/", body, {}).status


@pytest.fixture(params=["http", "https"])
def there(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Receiver]:
    context = authority.server() if request.param == "https" else None
    with receiver(context=context) as made:
        yield made


def test_answers_are_read_whatever_they_say(
    there: Receiver, connect: Connect, authority: Authority
) -> None:
    there.script = [answering(503, {"X-A": "b"}, b"busy")]
    connection = connect(there.url, ca_cert=str(authority.file))
    answer = connection.post("/a?b", b"body", {"X-B": "c"})
    assert (answer.status, answer.body, answer.headers["x-a"]) == (503, b"busy", "b")
    (request,) = there.requests
    assert (request.method, request.path, request.body) == ("POST", "/a?b", b"body")
    assert request.headers["x-b"] == "c"
    assert request.headers["content-length"] == "4"


@pytest.mark.parametrize(("keep_alive", "connections"), [(True, 1), (False, 5)])
def test_connection_is_kept_where_that_is_asked_for(
    keep_alive: bool, connections: int, there: Receiver, connect: Connect, authority: Authority
) -> None:
    connection = connect(there.url, keep_alive=keep_alive, ca_cert=str(authority.file))
    assert [post(connection) for _ in range(5)] == [200] * 5
    assert there.connections == connections


def test_connection_that_was_ended_meanwhile_is_made_anew(
    there: Receiver, connect: Connect, authority: Authority
) -> None:
    connection = connect(there.url, ca_cert=str(authority.file))
    for number in range(4):
        assert post(connection) == 200
        if number % 2:
            there.close()  # and its connections
            there.open()
        else:
            there.script = [raw(b"")]  # seen when the next request is under way
    assert there.faults == 0


def slowly(content: bytes) -> Callable[[Handler], None]:
    def talk(handler: Handler) -> None:
        with contextlib.suppress(OSError):
            for number in range(1000):
                handler.wfile.write(content[number % len(content) :][:1])
                time.sleep(0.02)
        handler.close_connection = True

    return talk


def head_and_silence(head: bytes) -> Callable[[Handler], None]:
    def talk(handler: Handler) -> None:
        handler.wfile.write(head)
        never(handler)

    return talk


def never(handler: Handler) -> None:
    handler.connection.recv(1)
    handler.close_connection = True


@pytest.mark.parametrize(
    "talk",
    [
        never,
        slowly(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 10_000),
    ],
    ids=["silence", "headers"],
)
def test_no_answer_takes_longer_than_the_time_for_it(
    talk: Callable[[Handler], None], there: Receiver, connect: Connect, authority: Authority
) -> None:
    there.script = [talk]
    connection = connect(there.url, timeout_s=0.3, ca_cert=str(authority.file))
    started = time.monotonic()
    with pytest.raises(Timeout, match="no answer in time"):
        post(connection)
    assert 0.3 <= time.monotonic() - started < 5
    connection.close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the connection ended before an answer came"),
        (b"HTTP/1.1 2", "can be read"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "can be read|before an answer came"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "can be read|before an answer came"),
        (b"\xff\x00" * 5000, "can be read|before an answer came"),
        (b"HTTP/1.1 200 " + b"a" * 100_000 + b"\r\n\r\n", "can be read"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "can be read"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1000 + b"\r\n", "can be read"),
    ],
)
def test_what_is_no_answer_is_told_of(content: bytes, reason: str, connect: Connect) -> None:
    with receiver(raw(content)) as there, pytest.raises(SendFault, match=reason) as raised:
        post(connect(there.url))
    assert not isinstance(raised.value, Timeout)


@pytest.mark.parametrize(
    "talk",
    [
        raw(b"HTTP/1.1 202 OK\r\nContent-Length: 100\r\n\r\nshort"),
        raw(b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        head_and_silence(b"HTTP/1.1 202 OK\r\nContent-Length: 100\r\n\r\nshort"),
        head_and_silence(b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na"),
    ],
    ids=["short", "no chunks", "slow", "slow chunks"],
)
def test_status_counts_though_the_rest_does_not_come(
    talk: Callable[[Handler], None], connect: Connect
) -> None:
    with receiver(talk) as there:
        connection = connect(there.url, timeout_s=0.3)
        assert post(connection) == 202
        assert post(connection) == 200
        assert there.connections == 2


def test_long_answers_are_cut_and_the_connection_with_them(connect: Connect) -> None:
    with receiver(answering(200, body=b"a" * (ANSWER_MAX + 100_000))) as there:
        connection = connect(there.url)
        assert len(connection.post("/", b"", {}).body) == ANSWER_MAX
        assert post(connection) == 200
        assert there.connections == 2


def test_packed_answers_are_not_unpacked(connect: Connect) -> None:
    with receiver(answering(200, {"Content-Encoding": "gzip"}, b"\x1f\x8b")) as there:
        assert connect(there.url).post("/", b"", {}).body == b"\x1f\x8b"


def test_nobody_listens(connect: Connect) -> None:
    with receiver() as there:
        url = there.url
    with pytest.raises(SendFault, match="connection refused: nobody listens"):
        post(connect(url))


def test_name_is_not_known(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: Any, **_more: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SendFault, match="its name is not known: Name or service not known"):
        post(connect("http://host.invalid/"))


def test_server_of_another_authority_is_not_trusted(
    connect: Connect, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other")
    with receiver(context=other.server()) as there:
        with pytest.raises(SendFault, match="the server's certificate is not trusted"):
            post(connect(there.url, ca_cert=str(authority.file)))
        with pytest.raises(SendFault, match="the server's certificate is not trusted"):
            post(connect(there.url))  # the system's
        assert post(connect(there.url, insecure=True)) == 200


def test_authorities_are_found_in_a_bundle_and_in_a_folder(
    connect: Connect, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other")
    bundle = tmp_path / "bundle"
    bundle.write_bytes(other.file.read_bytes() + authority.file.read_bytes())
    command = ["openssl", "x509", "-hash", "-noout", "-in", authority.file]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    folder = tmp_path / "certs"
    folder.mkdir()
    (folder / f"{name}.0").symlink_to(authority.file)  # as c_rehash names it
    with receiver(context=authority.server()) as there:
        assert post(connect(there.url, ca_bundle=str(bundle))) == 200
        assert post(connect(there.url, ca_path=str(folder))) == 200
        with pytest.raises(SendFault, match="not trusted"):
            post(connect(there.url, ca_path=str(other.folder)))


def test_server_of_another_name_is_not_trusted(connect: Connect, authority: Authority) -> None:
    with receiver(context=authority.server(subject="elsewhere.example")) as there:
        with pytest.raises(SendFault, match=r"not trusted: .*mismatch"):
            post(connect(there.url, ca_cert=str(authority.file)))
        assert post(connect(there.url, insecure=True)) == 200


def test_server_without_tls(connect: Connect) -> None:
    with receiver() as there:
        url = there.url.replace("http:", "https:")
        with pytest.raises(SendFault, match="TLS failed"):
            post(connect(url, insecure=True))


def test_client_shows_its_certificate(
    connect: Connect, authority: Authority, tmp_path: Path
) -> None:
    clients = Authority(tmp_path / "clients")
    chain, key = clients.pair("client", "client.example")
    other = Authority(tmp_path / "others").pair("client", "client.example")
    stranger = {"client_cert": str(other[0]), "client_key": str(other[1])}
    options = {"ca_cert": str(authority.file)}
    with receiver(context=authority.server(clients=clients)) as there:
        with pytest.raises(SendFault, match=r"TLS failed|before an answer"):
            post(connect(there.url, **options))
        with pytest.raises(SendFault, match=r"TLS failed|before an answer"):
            post(connect(there.url, mtls=True, **stranger, **options))
        assert there.requests == []
        options |= {"client_cert": str(chain), "client_key": str(key)}
        assert post(connect(there.url, mtls=True, **options)) == 200


def test_new_certificates_are_for_new_connections(connect: Connect, tmp_path: Path) -> None:
    first, second = Authority(tmp_path / "first"), Authority(tmp_path / "second")
    file = tmp_path / "ca"
    file.write_bytes(first.file.read_bytes())
    with receiver(context=first.server()) as there:
        connection = connect(there.url, ca_cert=str(file))
        assert post(connection) == 200
        there.close()
        there.context = second.server()
        there.open()
        with pytest.raises(SendFault, match="not trusted"):
            post(connection)
        file.unlink()
        with pytest.raises(SendFault, match=r"http_output.ca_cert: .*No such file"):
            post(connection)
        file.write_bytes(second.file.read_bytes())
        assert post(connection) == 200


def test_abort_ends_a_request_under_way_and_those_after_it(
    there: Receiver, connect: Connect, authority: Authority
) -> None:
    there.script = [never]
    connection = connect(there.url, ca_cert=str(authority.file))
    timer = threading.Thread(target=lambda: (there.wait_for(1), connection.abort()))
    timer.start()
    with pytest.raises(SendFault):
        post(connection)
    timer.join()
    with pytest.raises(SendFault, match="it was broken off"):
        post(connection)
    connection.abort()


def test_proxy_passes_http_on(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//me:x@"))
        connection = connect("http://somewhere.example:81/")
        answer = connection.post("/a", b"{}", connection.proxy_headers())
    assert answer.status == 200
    assert proxy.requests[0].path == "http://somewhere.example:81/a"
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic bWU6eA=="
    assert proxy.requests[0].headers["host"] == "somewhere.example:81"


def tunnel(port: int) -> Callable[[Handler], None]:
    """What a proxy does at CONNECT: bytes go both ways."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                sink.sendall(content)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def talk(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as other:
            back = threading.Thread(target=pump, args=(other, handler.connection))
            back.start()
            pump(handler.connection, other)
            back.join()
        handler.close_connection = True

    return talk


def test_proxy_is_a_tunnel_for_https(
    connect: Connect, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver(context=authority.server()) as there, receiver(tunnel(there.port)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url.replace("//", "//me:x@"))
        connection = connect(there.url, ca_cert=str(authority.file))
        assert connection.proxy_headers() == {}
        assert post(connection) == 200
        connection.close()
    assert proxy.requests[0].method == "CONNECT"
    assert proxy.requests[0].path == f"127.0.0.1:{there.port}"
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic bWU6eA=="
    assert there.requests[0].path == "/"


def test_proxy_that_refuses_is_told_of(
    connect: Connect, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver(answering(403)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(SendFault, match="Tunnel connection failed: 403"):
            post(connect("https://127.0.0.1/", insecure=True))

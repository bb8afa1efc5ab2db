# SPDX-License-Identifier: Apache-2.0
"""The connection against a server that does what it should, and one that does not."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from falcomod.enrich import docker_client
from falcomod.enrich.docker_client import Connection
from falcomod.errors import ContainerUnknown, RuntimeUnavailable
from tests.unix_server import CHUNKED, Talk, UnixServer, answer, chunk

PATH = "/containers/web/json"
VERSION = answer({"ApiVersion": "1.41"})
LONG_S = 20.0  # for what comes at once
SHORT_S = 0.15  # for what does not come


@pytest.fixture
def server(tmp_path: Path) -> Iterator[UnixServer]:
    with UnixServer(tmp_path / "s", {"/version": VERSION}) as running:
        yield running


def connected(server: UnixServer) -> Connection:
    connection = Connection(server.path)
    connection.open(soon())
    return connection


def soon(seconds: float = LONG_S) -> float:
    return time.monotonic() + seconds


def test_questions(server: UnixServer) -> None:
    server.answers |= {
        PATH: answer({"Id": "1"}),
        "/containers/json": answer([{"Id": "1"}]),
        "/images/sha256:1/json": answer({"Id": "sha256:1"}),
        "/info": answer({"CgroupDriver": "systemd"}),
    }
    connection = connected(server)
    assert connection.container("web", soon()) == {"Id": "1"}
    assert connection.containers(soon()) == [{"Id": "1"}]
    assert connection.image("sha256:1", soon()) == {"Id": "sha256:1"}
    assert connection.info(soon()) == {"CgroupDriver": "systemd"}
    connection.close()


def test_version_is_asked_for_once(server: UnixServer) -> None:
    server.answers[PATH] = answer({})
    connection = connected(server)
    connection.container("web", soon())
    connection.container("web", soon())
    assert server.asked == ["/version", PATH, PATH]
    connection.close()


@pytest.mark.parametrize(
    "said", [{}, [], {"ApiVersion": 1.41}, {"ApiVersion": "newest"}, {"ApiVersion": "1.2/../x"}]
)
def test_version_that_is_none(server: UnixServer, said: object) -> None:
    server.answers["/version"] = answer(said)
    with pytest.raises(RuntimeUnavailable, match="no answer that can be read"):
        Connection(server.path).open(soon())


def test_container_that_there_is_not(server: UnixServer) -> None:
    connection = connected(server)
    with pytest.raises(ContainerUnknown):
        connection.container("web", soon())
    connection.close()


def test_list_that_there_is_not(server: UnixServer) -> None:
    connection = connected(server)
    with pytest.raises(RuntimeUnavailable, match="answered 404"):
        connection.containers(soon())
    connection.close()


def test_no_proxy_of_the_environment(server: UnixServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.answers[PATH] = answer({"Id": "1"})
    connection = connected(server)
    assert connection.container("web", soon()) == {"Id": "1"}
    connection.close()


def test_cookies_are_not_kept(server: UnixServer) -> None:
    server.answers[PATH] = answer({}, headers="Set-Cookie: a=b\r\n")
    connection = connected(server)
    connection.container("web", soon())
    assert len(connection._client.cookies) == 0
    connection.close()


# Sockets that nobody answers


def test_socket_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailable, match=f"{tmp_path}/none: no such socket"):
        Connection(str(tmp_path / "none")).open(soon())


def test_socket_that_nobody_listens_at(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "s"))
    with pytest.raises(RuntimeUnavailable, match="connection refused"):
        Connection(str(tmp_path / "s")).open(soon())


def test_socket_that_is_not_allowed(server: UnixServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(docker_client._Socket, "connect", refuse)
    with pytest.raises(RuntimeUnavailable, match="permission denied"):
        Connection(server.path).open(soon())


def test_socket_whose_queue_is_full(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
        listener.bind(str(tmp_path / "s"))
        listener.listen(0)
        first.connect(str(tmp_path / "s"))
        with pytest.raises(RuntimeUnavailable, match=r"busy|no answer in time"):
            Connection(str(tmp_path / "s")).open(soon(SHORT_S))


# Answers that are wrong; each is made of the server


def slow_head(server: UnixServer) -> Talk:
    return server.drip(b"HTTP/1.1 200 OK\r\nX: ")


def slow_body(server: UnixServer) -> Talk:
    return server.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n{")


def endless_head(_: UnixServer) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X: " + b"x" * 60000 + b"\r\n")

    return talk


def endless_body(_: UnixServer) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.sendall(CHUNKED)
        while True:
            connection.sendall(chunk(b"[" * 65536))

    return talk


def half(_: UnixServer) -> Talk:
    return lambda connection: connection.sendall(answer({"Id": "1"})[:-3])


WRONG: list[tuple[str, Callable[[UnixServer], bytes | Talk], str]] = [
    ("silence", lambda server: server.wait_silently, "no answer in time"),
    ("slow head", slow_head, "no answer in time"),
    ("slow body", slow_body, "no answer in time"),
    ("endless head", endless_head, "no answer that can be read|too long"),
    ("endless body", endless_body, "the answer is too long"),
    ("closed at once", lambda _: lambda _: None, "closed in the middle"),
    ("closed in the middle", half, "no answer that can be read|closed in the middle"),
    ("garbage", lambda _: lambda connection: connection.sendall(b"\0\xff\r\n\r\n"), "read|closed"),
    ("no JSON", lambda _: answer(b"<html>"), "no answer that can be read"),
    ("no text", lambda _: answer(b"\xff\xfe\x00"), "no answer that can be read"),
    ("deep JSON", lambda _: answer(b"[" * 200_000), "no answer that can be read"),
    ("big number", lambda _: answer(b"1" * 10_000), "no answer that can be read"),
    ("error", lambda _: answer({"message": "not\ntoday"}, status=500), "answered 500: not today"),
    ("error of no shape", lambda _: answer([1], status=500), "no answer that can be read"),
    ("error without words", lambda _: answer(b"", status=500), "answered 500"),
    ("long error", lambda _: answer({"message": "x" * 9999}, status=500), "500: x{200}$"),
    ("packed", lambda _: answer(b"{}", headers="Content-Encoding: gzip\r\n"), "can be read"),
    ("elsewhere", lambda _: answer({}, status=302, headers="Location: http://h/\r\n"), "be read"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "message"), [row[1:] for row in WRONG], ids=[r[0] for r in WRONG]
)
def test_wrong_answer(
    server: UnixServer, wrong: Callable[[UnixServer], bytes | Talk], message: str
) -> None:
    server.answers[PATH] = wrong(server)
    connection = connected(server)
    waits = "in time" in message
    with pytest.raises(RuntimeUnavailable, match=message) as raised:
        connection.container("web", soon(SHORT_S if waits else LONG_S))
    assert str(raised.value).startswith(server.path)
    # The next question is answered as if nothing had been.
    server.answers[PATH] = answer({"Id": "1"})
    assert connection.container("web", soon()) == {"Id": "1"}
    connection.close()


def test_deadline_that_is_over(server: UnixServer) -> None:
    with pytest.raises(RuntimeUnavailable, match="no answer in time"):
        Connection(server.path).open(time.monotonic() - 1)


def test_deadlines_of_two_threads(server: UnixServer) -> None:
    server.answers |= {PATH: server.wait_silently, "/info": answer({})}
    connection = connected(server)
    failed = threading.Event()

    def ask() -> None:
        with pytest.raises(RuntimeUnavailable, match="closed"):
            connection.container("web", soon())
        failed.set()

    thread = threading.Thread(target=ask)
    thread.start()
    while PATH not in server.asked:
        assert connection.info(soon()) == {}
    with pytest.raises(RuntimeUnavailable, match="no answer in time"):
        connection.info(time.monotonic() - 1)
    assert not failed.is_set()
    connection.close()
    thread.join(LONG_S)
    assert failed.is_set()
    with pytest.raises(RuntimeUnavailable, match="closed"):
        connection.info(soon())


def test_retired_connection_answers_what_is_asked(server: UnixServer) -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def talk(connection: socket.socket) -> None:
        asked.set()
        assert goes_on.wait(LONG_S)
        connection.sendall(answer({"Id": "1"}))

    server.answers[PATH] = talk
    connection = connected(server)
    answers: list[object] = []
    thread = threading.Thread(
        target=lambda: answers.append(connection.container("web", soon())),
    )
    thread.start()
    assert asked.wait(LONG_S)
    connection.retire()
    goes_on.set()
    thread.join(LONG_S)
    assert answers == [{"Id": "1"}]
    connection.close()


# Events


def test_events_come_as_they_are_sent(server: UnixServer) -> None:
    goes_on = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.sendall(CHUNKED + chunk(b"{}\n"))
        assert goes_on.wait(LONG_S)
        connection.sendall(chunk(b"[]") + chunk(b"\n") + chunk(b""))

    server.answers["/events"] = talk
    pieces = connected(server).events(soon())
    assert next(pieces) == b"{}\n"
    goes_on.set()
    assert list(pieces) == [b"[]", b"\n"]


def test_events_end_by_close_in_another_thread(server: UnixServer) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(CHUNKED + chunk(b"{}\n"))
        server.ended.wait()

    server.answers["/events"] = talk
    connection = connected(server)
    pieces = connection.events(soon())
    assert next(pieces) == b"{}\n"
    rest: list[bytes] = []
    thread = threading.Thread(target=lambda: rest.extend(pieces))
    thread.start()
    connection.close()
    thread.join(LONG_S)
    assert not thread.is_alive()
    assert rest == []


def test_events_that_do_not_begin(server: UnixServer) -> None:
    server.answers["/events"] = server.wait_silently
    connection = connected(server)
    with pytest.raises(RuntimeUnavailable, match="no answer in time"):
        connection.events(soon(SHORT_S))


def test_events_that_are_refused(server: UnixServer) -> None:
    server.answers["/events"] = answer({"message": "no"}, status=500)
    with pytest.raises(RuntimeUnavailable, match="answered 500"):
        list(connected(server).events(soon()))


def test_events_that_end_in_the_middle(server: UnixServer) -> None:
    server.answers["/events"] = lambda connection: connection.sendall(CHUNKED + b"9\r\n{")
    assert b"".join(connected(server).events(soon())) in (b"", b"{")

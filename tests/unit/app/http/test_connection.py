# SPDX-License-Identifier: Apache-2.0
"""What clients say on one connection, well and badly; over real sockets."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from falcomod.app.http.connection import Budget
from falcomod.app.http.listener import Tcp
from falcomod.app.http.message import Limits, Request, Response
from falcomod.app.http.server import HttpServer
from tests.http_talk import (
    Address,
    Answer,
    answers,
    ask,
    connected,
    echo,
    request,
    running,
    served,
    talk,
    to_end,
    until,
)

BODY_MAX = 100_000
HEADER_MAX = 4096
SHORT_S = 0.15  # what a client that is too slow has, where others have the usual times
LIMITS = Limits(
    header_bytes=HEADER_MAX, body_bytes=BODY_MAX, bodies_bytes=BODY_MAX + 1000, body_rate=1_000_000
)
LARGE = b"x" * (64 << 20)
ROUTES = {
    "/": {"GET": echo},
    "/post": {"POST": echo, "GET": echo},
    "/large": {"GET": lambda _request: Response(200, LARGE)},
    "/headers": {"GET": lambda asked: Response(200, json.dumps(dict(asked.headers)).encode())},
}
CHUNKED = b"POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
CLOSE = request("/", Connection="close")


@pytest.fixture
def server() -> Iterator[HttpServer]:
    made = HttpServer("web-test", ROUTES, listen=Tcp("127.0.0.1", 0), limits=LIMITS)
    with running(made):
        yield made


@pytest.fixture
def address(server: HttpServer) -> Iterator[Address]:
    """It still answers when the test is over, and holds nothing."""
    yield server.address
    assert ask(server.address, "/").status == 200
    until(lambda: server.counters()["open"] == 0)
    assert server.counters()["body_bytes"] == 0
    assert server.counters().get("bugs", 0) == 0
    assert server.counters().get("handlers_failed", 0) == 0


def refused(address: Address, data: bytes, **how: bool) -> tuple[int, str]:
    """Status and reason of the one answer to what is wrong."""
    (answer,) = talk(address, data, **how)
    assert answer.headers["connection"] == "close"
    return answer.status, json.loads(answer.body)["error"]


def test_get(address: Address) -> None:
    (answer,) = talk(address, request("/?a=1&b", Connection="close"))
    assert (answer.status, answer.body) == (200, b"GET /?a=1&b 0")
    assert answer.headers["content-type"] == "text/plain"


def test_head_has_the_headers_of_get_and_no_body(address: Address) -> None:
    with connected(address) as connection:
        connection.sendall(request("/", method="HEAD", Connection="close"))
        data = to_end(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    assert body == b""
    assert b"Content-Length: 9\r\n" in head


def test_what_is_no_request_after_a_head_has_a_body(address: Address) -> None:
    with connected(address) as connection:
        connection.sendall(request("/", method="HEAD"))
        assert connection.recv(65536).endswith(b"\r\n\r\n")
        connection.sendall(WRONG["no HTTP"])
        (answer,) = answers(to_end(connection))
        assert (answer.status, b"error" in answer.body) == (400, True)


def test_what_follows_the_last_request_takes_no_answer_away(address: Address) -> None:
    """Bytes that nobody reads would end the connection by a reset."""
    with connected(address) as connection:
        connection.sendall(CLOSE + b"x" * 100_000)
        connection.shutdown(socket.SHUT_WR)
        assert answers(to_end(connection))[0].status == 200


def test_target_that_is_a_whole_url(address: Address) -> None:
    data = b"GET http://other/?q HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n"
    assert talk(address, data)[0].body == b"GET /?q 0"


def test_headers_by_name(address: Address) -> None:
    data = b"GET /headers HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: \xe9\r\nConnection: close\r\n\r\n"
    found = json.loads(talk(address, data)[0].body)
    assert found == {"host": "a", "x-a": "1, \xe9", "connection": "close"}


def test_requests_in_one_go_are_answered_in_order(address: Address) -> None:
    data = b"".join(request("/post", method="POST", body=b"x" * size) for size in range(50))
    found = talk(address, data + CLOSE)
    assert [answer.status for answer in found] == [200] * 51
    assert [answer.body for answer in found[:50]] == [b"POST /post? %d" % n for n in range(50)]


def test_old_http(address: Address) -> None:
    (answer,) = talk(address, b"GET / HTTP/1.0\r\n\r\n")
    assert (answer.status, answer.headers["connection"]) == (200, "close")


def test_client_that_has_said_all(address: Address) -> None:
    """Its half of the connection is closed; the other is for the answer."""
    (answer,) = talk(address, request("/post", method="POST", body=b"abc"), half_close=True)
    assert answer.body == b"POST /post? 3"


def test_body_in_chunks(address: Address) -> None:
    data = CHUNKED + b"3\r\nabc\r\n4;name=value\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n" + CLOSE
    assert talk(address, data)[0].body == b"POST /post? 7"


def test_body_after_100_continue(address: Address) -> None:
    with connected(address) as connection:
        head = request("/post", method="POST", Expect="100-continue", Content_Length="3")
        connection.sendall(head)
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc" + CLOSE)
        assert answers(to_end(connection))[0].body == b"POST /post? 3"


def test_body_that_is_too_large_is_refused_before_it_comes(address: Address) -> None:
    length = str(BODY_MAX + 1)
    for more in ({}, {"Expect": "100-continue"}):
        data = request("/post", method="POST", Content_Length=length, **more)
        expected = 413, f"the body is larger than {BODY_MAX} bytes"
        assert refused(address, data) == expected


def test_body_that_is_too_large_while_the_client_sends_it(address: Address) -> None:
    """The client, which writes first and reads then, still gets the answer."""
    body = b"x" * (5 * BODY_MAX)
    assert refused(address, request("/post", method="POST", body=body))[0] == 413


def test_body_of_chunks_that_is_too_large(address: Address) -> None:
    piece = b"%x\r\n%s\r\n" % (30_000, b"x" * 30_000)
    assert refused(address, CHUNKED + piece * 4 + b"0\r\n\r\n")[0] == 413


def test_chunks_of_a_byte_each(address: Address) -> None:
    """They would cost a thousand times what other bodies cost."""
    status, reason = refused(address, CHUNKED + b"1\r\nx\r\n" * 30_000)
    assert (status, reason) == (400, "the body comes in chunks that are too small")


def test_body_where_none_is_expected(address: Address) -> None:
    assert refused(address, request("/", body=b"x")) == (413, "a body was not expected")


def test_body_that_is_packed(address: Address) -> None:
    data = request("/post", method="POST", body=b"x", Content_Encoding="gzip")
    assert refused(address, data)[0] == 415


def test_expectation_that_nobody_knows(address: Address) -> None:
    assert refused(address, request("/", Expect="the-unexpected"))[0] == 417


def test_path_and_method_that_are_not_served(address: Address) -> None:
    assert refused(address, request("/absent")) == (404, "nothing is at /absent")
    (answer,) = talk(address, request("/post", method="DELETE"))
    assert (answer.status, answer.headers["allow"]) == (405, "get, head, post")
    # Not even a body is read for it.
    assert refused(address, request("/absent", method="POST", Content_Length="10"))[0] == 404


WRONG = {
    "no HTTP": b"\x00\xff\x80garbage\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 500,
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n" + b"\x00\x00\x04\xcc\x0a\x14" + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no header": b"GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "null in header": b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
    "target in UTF-8": "GET /é HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    "target that is no URL": b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
    "two lengths": b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    # Who believes the length sees another request in the body.
    "length and chunks": CHUNKED[:-2] + b"Content-Length: 30\r\n\r\n0\r\n\r\n",
    "negative length": b"POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "length of words": b"POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
    "long length": b"POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 400 + b"\r\n\r\n",
    "chunk without size": CHUNKED + b"xyz\r\n",
    "chunk of negative size": CHUNKED + b"-1\r\nx\r\n",
    "chunk that goes on": CHUNKED + b"1\r\nxyz\r\n",
    "chunk size without end": CHUNKED + b"0" * 5000,
    "unknown encoding": b"POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: br\r\n\r\n",
}  # fmt: skip
STATUS = {"unknown encoding": 501, "chunk size without end": 431, "HTTP/2": 505}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_request(address: Address, name: str) -> None:
    expected = STATUS.get(name, 400)
    assert refused(address, WRONG[name])[0] == expected


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_request_after_one_that_is(address: Address, name: str) -> None:
    first, second = talk(address, request("/") + WRONG[name])
    assert (first.status, second.status) == (200, STATUS.get(name, 400))


@pytest.mark.parametrize("split", [1, 100, 4000])
def test_headers_that_are_too_long(address: Address, split: int) -> None:
    data = b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * HEADER_MAX + b"\r\n\r\n"
    with connected(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(data), max(split, 40)):
            connection.sendall(data[at : at + max(split, 40)])
        (answer,) = answers(to_end(connection))
    assert answer.status == 431


def test_headers_that_are_just_not_too_long(address: Address) -> None:
    rest = HEADER_MAX - len(request("/", Connection="close", X=""))
    (answer,) = talk(address, request("/", Connection="close", X="x" * rest))
    assert answer.status == 200


def slowly(address: Address, begin: bytes, drop: bytes) -> tuple[Answer, float]:
    """The answer to who sends a byte now and then, and after how many seconds it came."""
    with connected(address) as connection:
        began_s = time.monotonic()
        connection.sendall(begin)
        connection.settimeout(SHORT_S / 10)
        while True:
            try:
                (answer,) = answers(connection.recv(65536))
                return answer, time.monotonic() - began_s
            except TimeoutError:
                assert time.monotonic() < began_s + 50 * SHORT_S
                connection.sendall(drop)


def hasty(**times_s: float) -> AbstractContextManager[HttpServer]:
    """A server that has as little patience as is said."""
    return served(ROUTES, limits=replace(LIMITS, **times_s))  # type: ignore[arg-type]


def test_headers_that_trickle() -> None:
    with hasty(head_s=SHORT_S) as server:
        for begin in (b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: "):
            answer, after_s = slowly(server.address, begin, b"x")
            assert answer.status == 408
            assert after_s >= SHORT_S


def test_headers_that_trickle_after_a_request() -> None:
    with hasty(head_s=SHORT_S) as server, connected(server.address) as connection:
        connection.sendall(request("/") + b"GET / HT")
        assert [answer.status for answer in answers(to_end(connection))] == [200, 408]


def test_body_that_trickles() -> None:
    head = request("/post", method="POST", Content_Length="50000")
    with hasty(body_grace_s=SHORT_S) as server:
        answer, after_s = slowly(server.address, head, b"x")
    assert answer.status == 408
    assert after_s >= SHORT_S


def test_body_that_comes_well_but_without_end() -> None:
    """Its rate is kept, its time is not."""
    drop = b"5000\r\n" + b"x" * 0x5000 + b"\r\n"
    with hasty(body_s=SHORT_S, body_grace_s=60) as server:
        answer, _ = slowly(server.address, CHUNKED + drop, b"1\r\nx\r\n")
    assert answer.status == 408


def test_client_that_says_nothing() -> None:
    with hasty(head_s=SHORT_S) as server, connected(server.address) as connection:
        assert to_end(connection) == b""
        until(lambda: server.counters().get("idle") == 1)


def test_client_that_says_nothing_more() -> None:
    with hasty(idle_s=2 * SHORT_S) as server, connected(server.address) as connection:
        began_s = time.monotonic()
        connection.sendall(request("/"))
        (answer,) = answers(to_end(connection))
        assert (answer.status, "connection" in answer.headers) == (200, False)
        assert time.monotonic() - began_s >= 2 * SHORT_S


def test_client_that_does_not_read() -> None:
    with hasty(write_s=SHORT_S) as server, connected(server.address) as connection:
        connection.sendall(request("/large"))
        until(lambda: server.counters().get("broken") == 1)


@pytest.mark.parametrize("data", [b"", b"GET", CHUNKED + b"3\r\na", request("/large")])
def test_client_that_goes(address: Address, data: bytes) -> None:
    with connected(address) as connection:
        connection.sendall(data)
    with connected(address) as connection:  # with a reset
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_bodies_of_all_clients_are_bounded(server: HttpServer, address: Address) -> None:
    """What one holds is missing for the next, until it is done."""
    with connected(address) as first:
        body = b"x" * (BODY_MAX - 1)
        first.sendall(request("/post", method="POST", Content_Length=str(BODY_MAX)) + body)
        until(lambda: server.counters()["body_bytes"] == len(body))
        with connected(address) as second:
            whole = request("/post", method="POST", body=b"x" * 50_000, Connection="close")
            second.sendall(whole)
            (answer,) = answers(to_end(second))
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        first.sendall(b"x" + CLOSE)
        assert answers(to_end(first))[0].status == 200
    assert talk(address, whole)[0].status == 200


def test_budget() -> None:
    budget = Budget(10)
    assert budget.take(6)
    assert not budget.take(5)
    assert budget.held_bytes == 6
    budget.give_back(6)
    assert budget.take(10)


def test_request_names_the_client() -> None:
    peers: list[str] = []

    def remember(asked: Request) -> Response:
        peers.append(asked.peer)
        return echo(asked)

    server = HttpServer("web-test", {"/": {"GET": remember}}, listen=Tcp("127.0.0.1", 0))
    with running(server):
        assert ask(server.address, "/").status == 200
    assert peers == ["127.0.0.1"]

# SPDX-License-Identifier: Apache-2.0
"""Damaged requests to the web server, with audit events in their bodies.

Each input is what one client sends on a connection, piece by piece, before it has said
all; now and then to a server that speaks TLS.  Whatever comes, the client is answered or
the connection ended without a reset, no handler fails, the next client is served, and
when the server has stopped no thread and no descriptor is left.
"""

from __future__ import annotations

import random
import re
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from functools import cache
from itertools import pairwise

from falcomod.app import webserver
from falcomod.app.audit.source import AuditSource
from falcomod.app.http.listener import Tcp, Tls
from falcomod.app.http.message import Limits
from falcomod.app.http.server import HttpServer
from falcomod.app.versions import versions
from falcomod.config.model import Config
from tests.fuzz import audit, campaign
from tests.http_talk import CERTIFICATES, ask, connected, running, to_end

# No deadline ends an attempt: the client says all at once and then that this was all.
LIMITS = Limits(header_bytes=2048, body_bytes=20_000, bodies_bytes=100_000)
TLS_SHARE = 0.05
CERTIFICATE = str(CERTIFICATES / "first.pem")
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) [A-Z]")

PIECES = (
    b"\r\n", b"\r\n\r\n", b"\n", b"\x00", b"\xff", b" ", b"\t", b":", b"HTTP/1.1", b"HTTP/9.9",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Host: b\r\n",
    b"Content-Length: 5\r\n", b"Content-Length: 99999999999999999999\r\n", b"Expect: it\r\n",
    b"Content-Length: -1\r\n", b"Connection: close\r\n", b"Connection: upgrade\r\n", b"0\r\n\r\n",
    b"Upgrade: websocket\r\n", b"Content-Encoding: gzip\r\n", b"Expect: 100-continue\r\n",
    b"ffffffffffffffff\r\n", b"X: " + b"y" * 3000 + b"\r\n", b"5;x=\"\r\n", b"GET / HTTP/1.1\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"CONNECT a:1 HTTP/1.1\r\n\r\n",
)  # fmt: skip
GETS = (b"/healthz", b"/versions", b"/metrics", b"/k8s-audit", b"/absent", b"/", b"*", b"http://a")
MORE = (
    b"Content-Encoding: gzip\r\n", b"Expect: 100-continue\r\n", b"Expect: it\r\n",
    b"Connection: close\r\n", b"Content-Length: 99999\r\n",
)  # fmt: skip
METHODS = (b"GET", b"HEAD", b"POST", b"DELETE", b"OPTIONS", b"CONNECT", b"get", b"PRI")


def sound(rng: random.Random, lines: list[bytes]) -> bytes:
    """A request as clients write them."""
    if rng.random() < 0.01:
        return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    more = rng.choice(MORE) if rng.random() < 0.2 else b""
    if rng.random() < 0.4:
        method = rng.choice(METHODS) if rng.random() < 0.3 else b"GET"
        return method + b" " + rng.choice(GETS) + b" HTTP/1.1\r\n" + more + b"Host: a\r\n\r\n"
    body = rng.choice(lines)
    kind = rng.choice([b"application/json"] * 4 + [b"text/plain"])
    head = b"POST /k8s-audit HTTP/1.1\r\nHost: a\r\n" + more + b"Content-Type: " + kind
    if rng.random() < 0.5:
        return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    size = rng.randrange(300, 3000)
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    told = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + told + b"0\r\n\r\n"


def damaged(rng: random.Random, data: bytes) -> bytes:
    """The bytes, most often with something put in, taken out or replaced near the front."""
    for _ in range(rng.choice([0, 0, 1, 1, 2, 5])):
        at = int(len(data) * rng.random() ** 3)
        line = data.find(b"\r\n", at) + 2  # a whole line, so that what comes out is HTTP
        at = line if rng.random() < 0.5 else at
        data = data[:at] + rng.choice(PIECES) + data[at + rng.choice([0, 0, 1, 30]) :]
    return data


def inputs(rng: random.Random) -> Iterator[bytes]:
    lines = (audit.FOLDER / "audit.jsonl").read_bytes().split(b"\n")
    while True:
        said = damaged(rng, b"".join(sound(rng, lines) for _ in range(rng.choice([1, 1, 3]))))
        ends = sorted(rng.randrange(len(said) + 1) for _ in range(rng.choice([0, 0, 1, 4])))
        edges = [0, *ends, len(said)]
        yield campaign.packed(said[a:b] for a, b in pairwise(edges))


@cache
def source() -> AuditSource:
    rules = audit.compiled()

    def on_error(error: BaseException) -> None:
        raise AssertionError("an exception came out") from error

    return AuditSource(
        rules.rulesets["k8s_audit"], lambda _ids, _view: None, on_error, lambda _wait_s: True
    )


def made(tls: Tls | None) -> HttpServer:
    routes = webserver.routes(
        Config(), versions=versions, is_healthy=lambda: True, metrics=None, audit=source()
    )
    return HttpServer("fuzzed", routes, listen=Tcp("127.0.0.1", 0, tls), limits=LIMITS)


def said_to(server: HttpServer, pieces: list[bytes], *, is_tls: bool) -> bytes:
    """What came back until the server had no more to say."""
    with connected(server.address) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Over TLS nothing is answered to what is none, and the end may be a reset.
        with suppress(OSError) if is_tls else nullcontext():
            for piece in pieces:
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
            return to_end(client)
        return b""


def attempt(data: bytes) -> Counter[str]:
    """The statuses that the client was answered with."""
    with_tls = campaign.chance(data).random() < TLS_SHARE
    trusted = ssl.create_default_context(cafile=CERTIFICATE) if with_tls else None
    with running(made(Tls(CERTIFICATE) if with_tls else None)) as server:
        answered = said_to(server, campaign.unpacked(data), is_tls=with_tls)
        assert not answered or (STATUS.match(answered) and not with_tls)
        counts = Counter(status.decode() for status in STATUS.findall(answered))
        assert ask(server.address, "/healthz", tls=trusted).status == 200
        told = server.counters()
    wrong = {
        "bugs",
        "broken",
        "handlers_failed",
        "handlers_late",
        "idle",
        "status_500",
    } & told.keys()
    assert not wrong, wrong
    return Counter(no_tls=1) if with_tls else counts


TARGET = campaign.Target(
    "http",
    __doc__,
    inputs,
    attempt,
    frozenset({"no_tls", "100", "200", "400", "404", "405", "413", "415", "431", "501", "505"}),
)

if __name__ == "__main__":
    campaign.run(TARGET)

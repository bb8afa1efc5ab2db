# SPDX-License-Identifier: Apache-2.0
"""Clients of falcomod's web server that speak byte by byte, well or badly."""

from __future__ import annotations

import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from falcomod.app.http.listener import Tcp, Unix
from falcomod.app.http.message import Limits, Request, Response, Routes
from falcomod.app.http.server import HttpServer

CERTIFICATES = Path(__file__).resolve().parent / "unit" / "app" / "certificates"
PATIENT_S = 20.0
Address = tuple[str, int]


@dataclass
class Answer:
    """A response as it came over the wire."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def request(path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> bytes:
    """A request that is well written; of headers' names, underscores stand for dashes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: falcomod"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def connected(address: Address, *, tls: ssl.SSLContext | None = None) -> socket.socket:
    """A connection, of TCP or to a Unix socket (a path and 0)."""
    host, port = address
    if port:
        made = socket.create_connection(address, PATIENT_S)
    else:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.settimeout(PATIENT_S)
        made.connect(host)
    if tls is None:
        return made
    try:
        return tls.wrap_socket(made, server_hostname="localhost")
    except BaseException:
        made.close()
        raise


def to_end(connection: socket.socket) -> bytes:
    """All that comes until the server closes; a reset is an error."""
    found = b""
    while piece := connection.recv(65536):
        found += piece
    return found


def wait_cut_off(connection: socket.socket) -> None:
    """Returns when the server ended the connection, with a reset or without, and no answer."""
    with suppress(ConnectionResetError):
        assert to_end(connection) == b""


def talk(address: Address, data: bytes, *, half_close: bool = False) -> list[Answer]:
    """What is answered to *data* until the server closes the connection."""
    with connected(address) as connection:
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return answers(to_end(connection))


def trusting(name: str) -> ssl.SSLContext:
    """Of a client that knows a certificate of CERTIFICATES and no other."""
    return ssl.create_default_context(cafile=str(CERTIFICATES / name))


def ask(address: Address, path: str, *, tls: ssl.SSLContext | None = None) -> Answer:
    """The answer to a GET."""
    with connected(address, tls=tls) as connection:
        connection.sendall(request(path, Connection="close"))
        (answer,) = answers(to_end(connection))
        return answer


def answers(data: bytes) -> list[Answer]:
    """The responses in what came; fails for what is none."""
    found = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.1 (\d{3}) [A-Za-z -]+", first)
        assert match, first
        headers = dict(line.lower().split(": ", 1) for line in lines)
        size = int(headers.get("content-length", "0"))
        found.append(Answer(int(match.group(1)), headers, data[:size]))
        data = data[size:]
    return found


def until(holds: Callable[[], object]) -> None:
    """Returns when it holds."""
    end_s = time.monotonic() + PATIENT_S
    while not holds():
        assert time.monotonic() < end_s, "it did not come to hold"
        time.sleep(0.002)


def echo(asked: Request) -> Response:
    """A handler: what was asked, as text."""
    told = f"{asked.method} {asked.path}?{asked.query} {len(asked.body)}"
    return Response(200, told.encode(), "text/plain")


class Held:
    """A handler that answers when it is let go."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self._entered = threading.Semaphore(0)

    def __call__(self, asked: Request) -> Response:
        self._entered.release()
        assert self.released.wait(PATIENT_S)
        return echo(asked)

    def wait_entered(self) -> None:
        assert self._entered.acquire(timeout=PATIENT_S)


ROUTES: Routes = {"/": {"GET": echo, "POST": echo}}


@contextmanager
def served(
    routes: Routes = ROUTES, *, listen: Tcp | Unix | None = None, limits: Limits | None = None
) -> Iterator[HttpServer]:
    """A server on a free port, running."""
    made = HttpServer("web-test", routes, listen=listen or Tcp("127.0.0.1", 0), limits=limits)
    with running(made):
        yield made


@contextmanager
def running(server: HttpServer) -> Iterator[HttpServer]:
    """Started, stopped in the end; nothing of it is left then."""
    files, threads = _files(), set(threading.enumerate())
    server.start()
    try:
        yield server
    finally:
        server.stop()
    assert set(threading.enumerate()) == threads
    assert _files() == files


def _files() -> dict[str, str]:
    """Open descriptors but that of the list, and what they are."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):
            found[name] = os.readlink(f"/proc/self/fd/{name}")
    return found

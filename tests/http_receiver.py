# SPDX-License-Identifier: Apache-2.0
"""A real HTTP server on loopback that takes alerts, well or badly, as it is told."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

WAIT_S = 20.0


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes  # unpacked
    connection: int  # counts from 1
    arrived_ns: int  # by time.monotonic_ns()


Talk = Callable[["Handler"], None]


def answering(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Talk:
    """The same answer to each."""

    def talk(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return talk


def raw(content: bytes) -> Talk:
    """Bytes as they go over the wire, then the end."""

    def talk(handler: Handler) -> None:
        handler.wfile.write(content)
        handler.close_connection = True

    return talk


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        if self.server.context is not None:
            # Here, so that a client that says nothing holds only its own thread.
            self.request.settimeout(WAIT_S)
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()
        self.number = self.server.receiver.connected(self.request)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        if len(body) < size:
            self.close_connection = True  # the client was killed
            return
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        now_ns = time.monotonic_ns()
        request = Request(self.command, self.path, headers, body, self.number, now_ns)
        self.server.receiver.talk_of(request)(self)

    do_CONNECT = do_POST

    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    request_queue_size = 128
    receiver: Receiver
    context: ssl.SSLContext | None

    def handle_error(self, request: Any, client_address: Any) -> None:
        self.receiver.faults += 1


class Receiver:
    """Takes requests until it is closed; may be opened again on the same port.

    *script*: how the first requests are answered; those after them get 200.
    """

    def __init__(self, *script: Talk, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        self.script = list(script)
        self.requests: list[Request] = []
        self.connections = 0
        self.faults = 0  # connections that ended otherwise than they should
        self.context = context
        self.port = port
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self.open()

    @property
    def url(self) -> str:
        scheme = "http" if self.context is None else "https"
        return f"{scheme}://127.0.0.1:{self.port}/"

    @property
    def bodies(self) -> list[bytes]:
        return [request.body for request in self.requests]

    def open(self) -> None:
        self._server = server = _Server(("127.0.0.1", self.port), Handler)
        server.receiver, server.context = self, self.context
        self.port = server.server_address[1]
        self._thread = threading.Thread(
            target=server.serve_forever, args=(0.02,), name="receiver", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Ends every connection, too."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        self._thread.join()
        with self._lock:
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(each, socket.SHUT_RDWR)
            self._sockets.clear()
        server.server_close()

    def wait_for(self, count: int, wait_s: float = WAIT_S) -> list[bytes]:
        """The bodies of all requests, when there are so many."""
        end_s = time.monotonic() + wait_s
        while len(self.requests) < count:
            assert time.monotonic() < end_s, f"{len(self.requests)} requests instead of {count}"
            time.sleep(0.005)
        return self.bodies

    def connected(self, connection: socket.socket) -> int:
        with self._lock:
            self._sockets.append(connection)
            self.connections += 1
            return self.connections

    def talk_of(self, request: Request) -> Talk:
        with self._lock:
            self.requests.append(request)
            return self.script.pop(0) if self.script else answering(200)


@contextlib.contextmanager
def receiver(*script: Talk, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    made = Receiver(*script, context=context)
    try:
        yield made
    finally:
        made.close()

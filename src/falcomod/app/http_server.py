# SPDX-License-Identifier: Apache-2.0
"""An HTTP server on a thread of its own, for the few requests that an agent gets.

One event loop holds all connections, so that a client that says nothing costs a socket
and no thread; handlers run on a few threads of a pool, so that a slow one stops neither
the loop nor, as requests with a body never take all threads, the answer to a health
probe.  Needs h11 (MIT, kept by python-hyper): a parser without I/O, as the limits of time
and size are ours.  Loading this module costs 40 ms; the factories of app.webserver and
app.control do so when a server is wanted.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from falcomod.app.http_connection import Budget, Connection
from falcomod.app.http_message import (
    JSON,
    TEXT,
    Handler,
    Limits,
    Refusal,
    Request,
    Response,
    Routes,
    json_response,
)
from falcomod.app.listener import BACKLOG, Tcp, Tls, Unix, open_listener, tls_context
from falcomod.errors import UserError

__all__ = [
    "JSON",
    "TEXT",
    "Handler",
    "HttpServer",
    "Limits",
    "Request",
    "Response",
    "Routes",
    "Tcp",
    "Tls",
    "Unix",
    "json_response",
]

log = logging.getLogger(__name__)

HANDLERS = 4
BODY_HANDLERS = 2  # … of which requests with a body take so many at the most
STOP_S = 5.0  # for requests that are being handled when the server stops
ACCEPT_PAUSE_S = 0.2  # after accept() failed, as it does where descriptors run out
BODILESS = ("GET", "HEAD")

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 33\r\n\r\n"
    b'{"error":"too many connections"}\n'
)


class HttpServer:
    """Serves *routes* from start() to stop().

    *remedy* ends the message of what keeps it from listening.  The methods are for one
    thread at a time.
    """

    def __init__(
        self,
        name: str,
        routes: Routes,
        *,
        listen: Tcp | Unix,
        limits: Limits | None = None,
        remedy: str = "",
    ) -> None:
        self.name = name
        self._routes = routes
        self._listen = listen
        self._limits = limits or Limits()
        self._remedy = remedy
        self._tls: ssl.SSLContext | None = None
        self._counts: Counter[str] = Counter()
        self._origins: Counter[str] = Counter()  # connections by where they are from
        self._connections: dict[asyncio.Task[None], Connection | None] = {}
        self._jobs: set[asyncio.Future[Response]] = set()  # handlers that are at work
        self._budget = Budget(self._limits.bodies_bytes)
        self._address = (str(listen), 0)
        self._file: tuple[int, int] | None = None  # device and inode of the Unix socket
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._is_failing = False  # the last accept() did
        self._pause: asyncio.TimerHandle | None = None  # until the next one
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listens from when it returns; raises UserError where it cannot."""
        try:
            if isinstance(self._listen, Tcp) and self._listen.tls is not None:
                self._tls = tls_context(self._listen.tls)
            listener = open_listener(self._listen)
        except UserError as error:
            told = f"{self.name}: {error}"
            raise UserError(f"{told}; {self._remedy}" if self._remedy else told) from None
        if isinstance(self._listen, Unix):
            facts = os.stat(self._listen.path)
            self._file = facts.st_dev, facts.st_ino
        else:
            host, port = listener.getsockname()[:2]
            self._address = host, port
        self._pool = ThreadPoolExecutor(HANDLERS, thread_name_prefix=f"{self.name}-handler")
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(
            target=self._serve, args=(listener,), name=self.name, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Takes no more connections, ends those that are idle, and waits for the others."""
        if self._thread is None:
            return
        assert self._loop is not None
        assert self._stopping is not None
        assert self._pool is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._pool.shutdown()
        if isinstance(self._listen, Unix):
            self._remove_file(self._listen.path)
        self._thread = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port where it listens; for a Unix socket its path and 0."""
        return self._address

    def set_routes(self, routes: Routes) -> None:
        """Serves these instead, beginning with the next request."""
        self._routes = routes

    def set_limits(self, limits: Limits) -> None:
        """These hold for connections that come from now on; that of all bodies stays."""
        self._limits = limits

    def renew_certificate(self) -> None:
        """Reads the certificate again, for connections that come from now on.

        Raises UserError where it cannot be used; the one of before stays in force then.
        """
        if isinstance(self._listen, Tcp) and self._listen.tls is not None:
            self._tls = tls_context(self._listen.tls)

    def counters(self) -> dict[str, int]:
        """connections, responses by status (status_200), and what was cut off, by reason.

        Now, there are open connections, which hold body_bytes of bodies.
        """
        now = {"open": len(self._connections), "body_bytes": self._budget.held_bytes}
        return {**self._counts, **now}

    # On the server's thread.

    def _serve(self, listener: socket.socket) -> None:
        assert self._loop is not None
        try:
            self._loop.run_until_complete(self._main(listener))
        finally:
            self._loop.close()

    async def _main(self, listener: socket.socket) -> None:
        assert self._loop is not None
        assert self._stopping is not None
        self._body_handlers = asyncio.Semaphore(BODY_HANDLERS)
        self._listen_to(listener)
        await self._stopping.wait()
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(listener)
        listener.close()
        for task, connection in self._connections.items():
            if connection is None or not connection.is_busy:
                task.cancel()
            else:
                connection.is_last = True
        tasks = list(self._connections)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_S)
            for task in late:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for job in self._jobs:
            job.cancel()  # nobody waits for them any more

    def _accept(self, listener: socket.socket) -> None:
        """Takes who waits, when the listener is readable."""
        assert self._loop is not None
        for _ in range(BACKLOG):
            try:
                client, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                break
            except OSError as error:
                self._counts["accept_failed"] += 1
                if not self._is_failing:
                    log.warning("%s: accept failed: %s", self.name, error.strerror)
                self._is_failing = True
                # Who waits makes the listener readable again and again.
                self._loop.remove_reader(listener)
                self._pause = self._loop.call_later(ACCEPT_PAUSE_S, self._listen_to, listener)
                return
            self._is_failing = False
            client.setblocking(False)
            self._admit(client, address[0] if isinstance(address, tuple) else "")

    def _listen_to(self, listener: socket.socket) -> None:
        assert self._loop is not None
        self._loop.add_reader(listener, self._accept, listener)

    def _admit(self, client: socket.socket, peer: str) -> None:
        """Serves a client, if there is room for it."""
        self._counts["connections"] += 1
        origin = origin_of(peer)
        is_one_too_many = bool(peer) and self._origins[origin] >= self._limits.connections_each
        if len(self._connections) >= self._limits.connections or is_one_too_many:
            self._turn_away(client)
            return
        self._origins[origin] += 1
        task = asyncio.create_task(self._talk(client, peer))
        self._connections[task] = None
        task.add_done_callback(partial(self._forget, origin, client))

    def _forget(self, origin: str, client: socket.socket, task: asyncio.Task[None]) -> None:
        client.close()  # which a task that was cancelled before it began has not done
        del self._connections[task]
        self._origins[origin] -= 1
        if not self._origins[origin]:
            del self._origins[origin]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._counts["bugs"] += 1
            if self._counts["bugs"] == 1:
                log.error("%s: connection lost", self.name, exc_info=error)

    def _turn_away(self, client: socket.socket) -> None:
        """Says that the server is full; over TLS, by ending the connection alone."""
        self._counts["turned_away"] += 1
        with client, contextlib.suppress(OSError):
            if self._tls is None:
                client.send(FULL)
                client.shutdown(socket.SHUT_WR)
                client.recv(self._limits.header_bytes)  # unread, it would turn into a reset

    async def _talk(self, client: socket.socket, peer: str) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        timeouts: dict[str, float] = {}
        if self._tls is not None:
            timeouts = {"ssl_handshake_timeout": self._limits.handshake_s}
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol, client, ssl=self._tls, **timeouts
            )
        except OSError:  # ssl.SSLError, ConnectionAbortedError: no TLS, or not in time
            self._counts["no_tls"] += 1
            return
        connection = Connection(
            reader,
            asyncio.StreamWriter(transport, protocol, reader, loop),
            peer,
            limits=self._limits,
            budget=self._budget,
            counts=self._counts,
            body_limit=self._body_limit,
            answer=self._answer,
        )
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = connection
        await connection.run()

    def _body_limit(self, method: str, path: str) -> int:
        self._handler(method, path)
        return 0 if method in BODILESS else self._limits.body_bytes

    def _handler(self, method: str, path: str) -> Handler:
        handlers = self._routes.get(path)
        if handlers is None:
            raise Refusal(404, f"nothing is at {path[:100]}")
        handler = handlers.get("GET" if method == "HEAD" else method)
        if handler is None:
            allowed = ", ".join(_allowed(handlers))
            raise Refusal(405, f"{path} takes {allowed}", {"Allow": allowed})
        return handler

    async def _answer(self, request: Request) -> Response:
        handler = self._handler(request.method, request.path)
        try:
            async with asyncio.timeout(self._limits.handler_s):
                if request.method not in BODILESS:
                    await self._body_handlers.acquire()
                # A handler that is late goes on: no thread is free, and none can be ended.
                return await asyncio.shield(self._begin(handler, request))
        except TimeoutError:
            self._counts["handlers_late"] += 1
            raise Refusal(503, "the answer was not ready in time", {"Retry-After": "1"}) from None

    def _begin(self, handler: Handler, request: Request) -> asyncio.Future[Response]:
        """Has a thread of the pool call the handler; its turn is over when it has returned."""
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(self._pool, self._handled, handler, request)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        if request.method not in BODILESS:
            job.add_done_callback(lambda _job: self._body_handlers.release())
        return job

    def _handled(self, handler: Handler, request: Request) -> Response:
        """What a handler returns, on a thread of the pool; its failure ends here."""
        try:
            return handler(request)
        except Exception as error:
            self._counts["handlers_failed"] += 1
            log.error(
                "%s: %s %s failed: %s: %s",
                self.name,
                request.method,
                request.path,
                type(error).__name__,
                error,
            )
            return json_response({"error": "falcomod failed inside; its log says why"}, 500)

    def _remove_file(self, path: str) -> None:
        """Takes the Unix socket away, unless another server has made one there since."""
        with contextlib.suppress(OSError):
            facts = os.stat(path)
            if (facts.st_dev, facts.st_ino) == self._file:
                os.unlink(path)


def origin_of(peer: str) -> str:
    """What counts as one client: an IPv4 address; of IPv6 the network that a host has, a /64."""
    if not peer:
        return ""
    address = ipaddress.ip_address(peer.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return peer
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _allowed(handlers: Mapping[str, Handler]) -> list[str]:
    return sorted({*handlers, "HEAD"} if "GET" in handlers else handlers)

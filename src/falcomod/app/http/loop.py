# SPDX-License-Identifier: Apache-2.0
"""The clients of a server: who is let in, who is served, and the end of all of them.

One event loop holds all connections, so that a client that says nothing costs a socket
and no thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from falcomod.app.http.connection import Budget, Connection
from falcomod.app.http.handlers import Handlers
from falcomod.app.http.listener import BACKLOG
from falcomod.app.http.message import Limits, Refusal, Request, Response, Routes

log = logging.getLogger(__name__)

STOP_S = 5.0  # for requests that are being handled when the server stops
TELL_S = 60.0  # between two lines of the log that accept() fails
ACCEPT_PAUSE_S = 0.2  # after accept() failed, as it does where descriptors run out

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 33\r\n\r\n"
    b'{"error":"too many connections"}\n'
)


@dataclass
class _Client:
    """One that was let in."""

    origin: str
    since_s: float
    connection: Connection | None = None  # None: TLS is still being agreed upon
    is_leaving: bool = False

    @property
    def is_busy(self) -> bool:
        return self.connection is not None and self.connection.is_busy

    @property
    def waits_since_s(self) -> float:
        """Since when the server waits for it."""
        return self.since_s if self.connection is None else self.connection.waits_since_s


class HttpLoop:
    """Serves who connects to *listener*, which is closed in the end.

    run() is for a thread of its own, all else for any thread.  *limits*, *tls* and the
    routes of *handlers* may be set at any time, for what comes from then on.
    """

    def __init__(
        self,
        name: str,
        listener: socket.socket,
        routes: Routes,
        limits: Limits,
        tls: ssl.SSLContext | None,
    ) -> None:
        self.name = name
        self.limits = limits
        self.tls = tls
        self._listener = listener
        self._counts: Counter[str] = Counter()
        self.handlers = Handlers(name, routes, self._counts)
        self._budget = Budget(limits.bodies_bytes)
        self._clients: dict[asyncio.Task[None], _Client] = {}
        self._told_s = -TELL_S  # when the log was told that accept() failed
        self._pause: asyncio.TimerHandle | None = None  # until the next one
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()

    def run(self) -> None:
        """Returns when all is over after stop()."""
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self.handlers.close()
            self._loop.close()

    def stop(self) -> None:
        """Has run() end: idle connections at once, the others when they have their answer."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    def counters(self) -> dict[str, int]:
        """See HttpServer.counters()."""
        now = {"open": len(self._clients), "body_bytes": self._budget.held_bytes}
        return {**self._counts, **now}

    async def _serve(self) -> None:
        self._listen()
        await self._stopping.wait()
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._listener)
        self._listener.close()
        for task, client in self._clients.items():
            if client.connection is not None and client.connection.is_busy:
                client.connection.is_last = True
            else:
                task.cancel()
        tasks = list(self._clients)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_S)
            for task in late:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _listen(self) -> None:
        self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        """Takes who waits, when the listener is readable."""
        for _ in range(BACKLOG):
            try:
                client, address = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                break
            except OSError as error:
                self._counts["accept_failed"] += 1
                if time.monotonic() - self._told_s >= TELL_S:
                    log.warning("%s: accept failed: %s", self.name, error.strerror)
                    self._told_s = time.monotonic()
                # Where descriptors ran out, there may be clients that have one and say nothing.
                self._make_room([found for found in self._clients.values() if not found.is_leaving])
                # Who waits makes the listener readable again and again.
                self._loop.remove_reader(self._listener)
                self._pause = self._loop.call_later(ACCEPT_PAUSE_S, self._listen)
                return
            client.setblocking(False)
            self._admit(client, address[0] if isinstance(address, tuple) else "")

    def _admit(self, client: socket.socket, peer: str) -> None:
        """Serves a client, if there is room for it."""
        self._counts["connections"] += 1
        origin = origin_of(peer)
        there = [found for found in self._clients.values() if not found.is_leaving]
        of_its = [found for found in there if origin and found.origin == origin]
        for found, most in (
            (of_its, self.limits.connections_each),
            (there, self.limits.connections),
        ):
            if len(found) >= most and not self._make_room(found):
                self._turn_away(client)
                return
        task = self._loop.create_task(self._talk(client, peer))
        self._clients[task] = _Client(origin, time.monotonic())
        task.add_done_callback(partial(self._forget, client))

    def _make_room(self, found: Iterable[_Client]) -> bool:
        """Ends the connection that keeps the server waiting longest; False: all are served."""
        waiting = [client for client in found if not client.is_busy]
        if not waiting:
            return False
        leaving = min(waiting, key=lambda client: client.waits_since_s)
        leaving.is_leaving = True
        next(task for task, client in self._clients.items() if client is leaving).cancel()
        self._counts["made_room"] += 1
        return True

    def _forget(self, socket: socket.socket, task: asyncio.Task[None]) -> None:
        socket.close()  # which a task that was cancelled before it began has not done
        del self._clients[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._counts["bugs"] += 1
            if self._counts["bugs"] == 1:
                log.error("%s: connection lost", self.name, exc_info=error)

    def _turn_away(self, client: socket.socket) -> None:
        """Says that the server is full; over TLS, by ending the connection alone."""
        self._counts["turned_away"] += 1
        with client, contextlib.suppress(OSError):
            if self.tls is None:
                client.send(FULL)
                client.shutdown(socket.SHUT_WR)
                client.recv(self.limits.header_bytes)  # unread, it would turn into a reset

    async def _talk(self, client: socket.socket, peer: str) -> None:
        limits = self.limits
        reader = asyncio.StreamReader(loop=self._loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self._loop)
        timeouts = {} if self.tls is None else {"ssl_handshake_timeout": limits.handshake_s}
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol, client, ssl=self.tls, **timeouts
            )
        except OSError:  # ssl.SSLError, ConnectionAbortedError: no TLS, or not in time
            self._counts["no_tls"] += 1
            return
        connection = Connection(
            reader,
            asyncio.StreamWriter(transport, protocol, reader, self._loop),
            peer,
            limits=limits,
            budget=self._budget,
            counts=self._counts,
            body_limit=partial(
                self._body_limit, limits, bool(transport.get_extra_info("peercert"))
            ),
            answer=partial(self._answer, limits),
        )
        task = asyncio.current_task()
        assert task is not None
        self._clients[task].connection = connection
        await connection.run()

    def _body_limit(self, limits: Limits, is_known: bool, method: str, path: str) -> int:
        """Raises Refusal for what is not served, or not to a client that is not *is_known*."""
        if not self.handlers.may_have_body(method, path):
            return 0
        if not is_known and self.tls is not None and self.tls.verify_mode:
            raise Refusal(403, "a certificate of the client is needed for this (client_ca)")
        return limits.body_bytes

    async def _answer(self, limits: Limits, request: Request) -> Response:
        return await self.handlers.answer(request, limits.handler_s)


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

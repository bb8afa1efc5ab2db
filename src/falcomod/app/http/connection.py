# SPDX-License-Identifier: Apache-2.0
"""One client's connection: requests one after the other, each against the clock.

h11 knows the protocol; what is here is patience.  Whatever a client does, it gets a
response or the end of its connection within the limits, and nothing is logged: a
stranger must not be able to fill a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import h11

from falcomod.app.http.message import Limits, Refusal, Request, Response

PIECE_BYTES = 16 << 10
CHUNKING_BYTES = 16 << 10  # of sizes of chunks, beyond as many as there are bytes in them
LINGER_S = 1.0  # for what a refused client goes on to send …
LINGER_BYTES = 1 << 20  # … at the most
CLOSE_S = 2.0

Answer = Callable[[Request], Awaitable[Response]]
BodyLimit = Callable[[str, str], int]  # method, path → bytes; raises Refusal


class Budget:
    """Bytes of bodies that all connections of a server hold together."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.held_bytes = 0

    def take(self, count: int) -> bool:
        """Whether there was room for as many."""
        if self.held_bytes + count > self._limit_bytes:
            return False
        self.held_bytes += count
        return True

    def give_back(self, count: int) -> None:
        self.held_bytes -= count


class Connection:
    """Serves one client until it goes, is refused or is too slow.

    *body_limit* is asked before a body is read, *answer* when it is whole.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer: str,
        *,
        limits: Limits,
        budget: Budget,
        counts: Counter[str],
        body_limit: BodyLimit,
        answer: Answer,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._peer = peer
        self._limits = limits
        self._budget = budget
        self._counts = counts
        self._body_limit = body_limit
        self._answer = answer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.header_bytes)
        self._held_bytes = 0  # of the budget
        self._is_head = False  # the request's method is HEAD: the response has no body
        self.is_busy = False  # a request is being handled or answered
        self.is_last = False  # no request is taken after this one
        self.waits_since_s = time.monotonic()  # for a request, or the rest of it
        # drain() returns when all is with the kernel, so that its time can be measured.  With
        # 0, it would never return over TLS (asyncio/sslproto.py, _control_app_writing).
        writer.transport.set_write_buffer_limits(high=1, low=0)

    async def run(self) -> None:
        """Returns when the connection is closed."""
        is_first = True
        try:
            while await self._exchange(is_first):
                is_first = False
            self.is_busy = False
            if self._http.our_state is not h11.IDLE:
                await self._linger()
            await self._close()
        except (OSError, TimeoutError):
            self._counts["broken"] += 1
        finally:
            self._writer.transport.abort()

    async def _exchange(self, is_first: bool) -> bool:
        """One request and its response; whether another may follow."""
        self._is_head = False
        try:
            head = await self._head(is_first)
            if head is None:
                return False
            request = await self._whole(head)
            self.is_busy = True
            response = await self._answer(request)
        except (Refusal, h11.RemoteProtocolError) as error:
            self.is_busy = True
            await self._refuse(_refusal(error))
            return False
        finally:
            self._budget.give_back(self._held_bytes)
            self._held_bytes = 0
        del request
        await self._send(response)
        self.is_busy = False
        self.waits_since_s = time.monotonic()
        if self.is_last or self._http.our_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _head(self, is_first: bool) -> h11.Request | None:
        """The request line and headers; None where the client went before it said anything."""
        limits = self._limits
        fed = len(self._http.trailing_data[0])
        end_s = time.monotonic() + (limits.head_s if fed or is_first else limits.idle_s)
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                return event
            if event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                return None
            if fed >= limits.header_bytes:
                raise Refusal(431, f"headers are longer than {limits.header_bytes} bytes")
            room = limits.header_bytes - fed
            try:
                piece = await self._read(min(room, PIECE_BYTES), end_s - time.monotonic())
            except TimeoutError:
                if not fed:
                    self._counts["idle"] += 1
                    return None
                raise Refusal(408, "the headers did not come in time") from None
            if not (fed or is_first):
                end_s = time.monotonic() + limits.head_s
            fed += len(piece)
            self._http.receive_data(piece)

    async def _whole(self, head: h11.Request) -> Request:
        """The request with its body."""
        method = head.method.decode("ascii")
        self._is_head = method == "HEAD"
        if not head.http_version.startswith(b"1."):
            raise Refusal(505, "only HTTP/1.1 and HTTP/1.0 are spoken")
        path, query = _target(head.target)
        headers = _headers(head)
        if "content-encoding" in headers and headers["content-encoding"].lower() != "identity":
            raise Refusal(415, "a body that is encoded (Content-Encoding) is not taken")
        if headers.get("expect", "100-continue").lower() != "100-continue":
            raise Refusal(417, "of Expect, only 100-continue is known")
        if "transfer-encoding" in headers and "content-length" in headers:
            # Who passed it on may have believed the other (RFC 9112, 6.1).
            raise Refusal(400, "Transfer-Encoding and Content-Length exclude each other")
        limit = self._body_limit(method, path)
        if int(headers.get("content-length", "0")) > limit:
            raise _too_large(limit)
        if self._http.they_are_waiting_for_100_continue:
            await self._write(
                h11.InformationalResponse(status_code=100, headers=[], reason="Continue")
            )
        return Request(method, path, query, headers, await self._body(limit), self._peer)

    async def _body(self, limit: int) -> bytes:
        """The body, of *limit* bytes at the most."""
        began_s = time.monotonic()
        body = bytearray()
        fed = 0  # with the sizes of chunks: a client that sends bytes singly costs too much
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.EndOfMessage):
                return bytes(body)
            if isinstance(event, h11.Data):
                body += event.data
                if len(body) > limit:
                    raise _too_large(limit)
                if not self._budget.take(len(event.data)):
                    raise Refusal(503, "too many bodies at a time", {"Retry-After": "1"})
                self._held_bytes += len(event.data)
                continue
            if fed > 2 * len(body) + CHUNKING_BYTES:
                raise Refusal(400, "the body comes in chunks that are too small")
            patience_s = self._limits.body_grace_s + len(body) / self._limits.body_rate
            end_s = began_s + min(self._limits.body_s, patience_s)
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                raise Refusal(408, "the body did not come in time")
            try:
                piece = await self._read(PIECE_BYTES, left_s)
            except TimeoutError:
                continue
            fed += len(piece)
            self._http.receive_data(piece)

    async def _refuse(self, refusal: Refusal) -> None:
        """Says why; no further request is taken."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        self.is_last = True
        with contextlib.suppress(h11.RemoteProtocolError):
            self._http.next_event()  # finds out where nothing follows the headers
        await self._send(refusal.response())

    async def _linger(self) -> None:
        """Takes what the client has on its way: unread, it would turn into a reset, and that
        would take the answer away from a client that has not read it."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        elif self._http.their_state in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED):
            return  # over TLS the client would wait for the end that is waited for here
        end_s = time.monotonic() + LINGER_S
        left = LINGER_BYTES
        with contextlib.suppress(TimeoutError):
            while left > 0 and (left_s := end_s - time.monotonic()) > 0:
                piece = await self._read(PIECE_BYTES, left_s)
                if not piece:
                    return
                left -= len(piece)

    async def _send(self, response: Response) -> None:
        self._counts[f"status_{response.status}"] += 1
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
            *response.headers.items(),
        ]
        if self.is_last:
            headers.append(("Connection", "close"))
        await self._write(
            h11.Response(
                status_code=response.status,
                headers=headers,
                reason=HTTPStatus(response.status).phrase,
            ),
            h11.Data(data=response.body),
            h11.EndOfMessage(),
        )

    async def _write(self, *events: h11.Event) -> None:
        wanted = [one for one in events if not (self._is_head and isinstance(one, h11.Data))]
        self._writer.write(b"".join([self._http.send(event) or b"" for event in wanted]))
        async with asyncio.timeout(self._limits.write_s):
            await self._writer.drain()

    async def _read(self, count: int, left_s: float) -> bytes:
        """What comes first; TimeoutError when nothing did.

        Not by wait_for(), which swallows a cancellation that comes with the bytes.
        """
        async with asyncio.timeout(left_s):
            return await self._reader.read(count)

    async def _close(self) -> None:
        self._writer.close()
        async with asyncio.timeout(CLOSE_S):
            await self._writer.wait_closed()


def _refusal(error: Refusal | h11.RemoteProtocolError) -> Refusal:
    if isinstance(error, Refusal):
        return error
    return Refusal(error.error_status_hint, str(error))


def _too_large(limit: int) -> Refusal:
    if not limit:
        return Refusal(413, "a body was not expected")
    return Refusal(413, f"the body is larger than {limit} bytes")


def _target(raw: bytes) -> tuple[str, str]:
    """Path and query of a request's target, which may be a whole URL (RFC 9112, 3.2.2)."""
    text = raw.decode("ascii", "replace")
    if not text.startswith("/"):
        try:
            parts = urlsplit(text)
        except ValueError:
            raise Refusal(400, "the target of the request cannot be read") from None
        return parts.path or "/", parts.query
    path, _, query = text.partition("?")
    return path, query


def _headers(head: h11.Request) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in head.headers:
        key, text = name.decode("ascii"), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found

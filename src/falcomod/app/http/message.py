# SPDX-License-Identifier: Apache-2.0
"""What goes in and out of an HTTP server, and how much of it at the most.

Handlers see nothing else of HTTP: a request that is whole and bounded, and the
response that they return.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request with its body."""

    method: str
    path: str  # as it was sent, without the query; nothing is decoded
    query: str
    headers: Mapping[str, str]  # by name in lower case; of equal ones, joined by ", "
    body: bytes
    peer: str  # the client's address; "" on a Unix socket


@dataclass(frozen=True)
class Response:
    """A response; its length and what keeps the connection are the server's to say."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)  # further ones


def json_response(value: object, status: int = 200) -> Response:
    """A value as JSON; bytes and other strange things in it become text."""
    return Response(status, orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))


Handler = Callable[[Request], Response]
Routes = Mapping[str, Mapping[str, Handler]]  # path → method → handler; GET answers HEAD, too


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    connections: int = 128  # for further ones a waiting one ends, or they get 503
    connections_each: int = 64  # … of one address
    header_bytes: int = 16 << 10  # of the request line and all headers
    body_bytes: int = 16 << 20
    bodies_bytes: int = 64 << 20  # of all bodies that are being read or handled
    handshake_s: float = 10.0  # of TLS
    head_s: float = (
        10.0  # from the connection, or a request's first byte, to the end of the headers
    )
    body_s: float = 30.0
    body_grace_s: float = 5.0  # after which a body has to come at …
    body_rate: int = 16 << 10  # … so many bytes each second
    idle_s: float = 60.0  # between two requests
    handler_s: float = 30.0
    write_s: float = 30.0


class Refusal(Exception):
    """A request that the server answers itself: *status* and, in a sentence, why."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers or {}

    def response(self) -> Response:
        return Response(
            self.status, orjson.dumps({"error": self.reason}), headers=dict(self.headers)
        )

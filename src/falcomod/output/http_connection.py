# SPDX-License-Identifier: Apache-2.0
"""One connection to an HTTP server: urllib3's, with a deadline for a request as a whole.

urllib3 bounds each read, not an answer: one byte a second would hold an output for ever.  Here
the sockets keep the deadline themselves, and answers are read up to a size.  urllib3 has a
second home, enrich.docker_client, where the docker package brings it along.  It takes 50 ms to
import, so output.http does so where alerts are posted.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, NamedTuple

from urllib3.connection import HTTPConnection, HTTPSConnection, ProxyConfig
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse
from urllib3.util import parse_url

from falcomod.errors import UserError
from falcomod.output.delivery import SendFault
from falcomod.output.http_address import Address, proxy_of
from falcomod.output.http_certificates import Certificates

log = logging.getLogger(__name__)

ANSWER_MAX = 64 * 1024  # bytes of an answer that are read; the connection ends at longer ones

# What a request that fails raises; ValueError: of headers and numbers that are none.
FAULTS = (HTTPError, HTTPException, OSError, UserError, ValueError)

# What is odd in an answer is raised, or does not matter; here it would be said at each.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes


class Timeout(SendFault):
    """The server did not answer in time, or could not be reached in that."""


class Connection:
    """Posts to one address, over the proxy that the environment names for it.

    For one thread; abort() may be called from others.  *certificates*: None for http.
    """

    def __init__(
        self,
        address: Address,
        certificates: Callable[[type[ssl.SSLSocket]], Certificates],
        timeout_s: float,
        *,
        keep_alive: bool,
    ) -> None:
        self._address = address
        self._proxy = proxy_of(address)
        self._timeout_s = timeout_s
        self._keep_alive = keep_alive
        self._certificates = certificates(TlsSocket) if address.scheme == "https" else None
        self._open: HTTPConnection | None = None
        self._is_aborted = False

    def post(self, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The server's answer, whatever it says; raises SendFault without one."""
        deadline_s = time.monotonic() + self._timeout_s
        was_open = self._open is not None
        try:
            return self._post(target, body, headers, deadline_s)
        except Timeout:
            raise
        except SendFault:
            if not was_open or self._is_aborted:
                raise
        # The server let go of a connection that was not in use: that is no fault of it.
        return self._post(target, body, headers, deadline_s)

    def abort(self) -> None:
        """Ends the request under way; further ones fail."""
        self._is_aborted = True
        connection = self._open
        found = None if connection is None else connection.sock
        if isinstance(found, socket.socket):
            try:
                # Not that of SSLSocket, which takes away what the other thread reads with.
                socket.socket.shutdown(found, socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself

    def close(self) -> None:
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def _post(
        self, target: str, body: bytes, headers: Mapping[str, str], deadline_s: float
    ) -> Answer:
        try:
            connection = self._connected(deadline_s)
            if self._is_aborted:
                raise SendFault("it was broken off")
            if self._proxy is not None and self._certificates is None:
                target = self._address.origin + target
            connection.timeout = _left(deadline_s)
            connection.request("POST", target, body, headers, preload_content=False)
            response = connection.getresponse()
            return Answer(response.status, response.headers, self._body(response))
        except BaseException as error:
            self.close()
            if isinstance(error, FAULTS):
                raise _fault(error) from error
            raise

    def _body(self, response: HTTPResponse) -> bytes:
        """What can be read of it: the status has said what became of the alert."""
        body = b""
        is_whole = False
        try:
            while len(body) <= ANSWER_MAX and not is_whole:
                piece = response.read(ANSWER_MAX + 1 - len(body), decode_content=False)
                body += piece
                is_whole = not piece
        except FAULTS as error:
            log.debug("an answer has no end: reason=%s", _fault(error))
        if not self._keep_alive or not is_whole:
            self.close()
        return body[:ANSWER_MAX]

    def _connected(self, deadline_s: float) -> HTTPConnection:
        connection = self._open
        if connection is None or not connection.is_connected:
            self.close()
            self._open = connection = self._new(_left(deadline_s))
            connection.connect()
            if not isinstance(connection.sock, TlsSocket):
                connection.sock = _timed(connection.sock)
        # A TLS connection within one to a proxy has no socket of ours: each read has a bound.
        setattr(connection.sock, "deadline_s", deadline_s)  # noqa: B010
        return connection

    def _new(self, timeout_s: float) -> HTTPConnection:
        there = self._proxy or self._address
        options: dict[str, Any] = {"timeout": timeout_s}
        if self._keep_alive:
            keep = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            options["socket_options"] = [*HTTPConnection.default_socket_options, keep]
        if self._proxy is not None:
            options["proxy"] = parse_url(self._proxy.url)
            options["proxy_config"] = ProxyConfig(None, False, None, None)
        if self._certificates is None:
            kind = HTTPSConnection if there.scheme == "https" else HTTPConnection
            return kind(there.host, there.port, **options)
        connection = HTTPSConnection(
            there.host, there.port, ssl_context=self._certificates.context(), **options
        )
        if self._proxy is not None:
            user = {"Proxy-Authorization": self._proxy.user} if self._proxy.user else {}
            connection.set_tunnel(self._address.host, self._address.port, user, self._proxy.scheme)
        return connection

    def proxy_headers(self) -> dict[str, str]:
        """Of each request, where a proxy passes them on instead of the connection."""
        if self._proxy is None or self._certificates is not None or not self._proxy.user:
            return {}
        return {"Proxy-Authorization": self._proxy.user}


class _Deadline:
    """A socket of which no read goes beyond a time."""

    deadline_s = float("inf")  # by time.monotonic()

    def recv_into(self, *arguments: Any) -> int:
        self.settimeout(_left(self.deadline_s))  # type: ignore[attr-defined]
        size: int = super().recv_into(*arguments)  # type: ignore[misc]
        return size


class _PlainSocket(_Deadline, socket.socket):
    pass


class TlsSocket(_Deadline, ssl.SSLSocket):
    """What contexts for these connections make."""


def _timed(made: socket.socket) -> _PlainSocket:
    """The same connection, with a deadline."""
    if isinstance(made, ssl.SSLSocket) or not isinstance(made, socket.socket):
        raise SendFault("a proxy by https is not supported for http; name one by http")
    family, kind, protocol = made.family, made.type, made.proto
    return _PlainSocket(family, kind, protocol, fileno=made.detach())


def _left(deadline_s: float) -> float:
    left_s = deadline_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return min(left_s, 3600.0)


def _fault(error: BaseException) -> SendFault:
    """What went wrong in a few words: by the first cause that has a name in REASONS."""
    cause: BaseException | None = error
    while cause is not None:
        for kind, words in REASONS:
            if isinstance(cause, kind):
                return words(cause)
        cause = cause.__cause__ or cause.__context__
    return SendFault(f"no answer that can be read: {type(error).__name__}")


def _of_tls(error: Any) -> SendFault:
    return SendFault(f"TLS failed: {error.reason or error.strerror or 'it ended'}")


def _of_certificate(error: Any) -> SendFault:
    return SendFault(f"the server's certificate is not trusted: {error.verify_message}")


REASONS: tuple[tuple[type[BaseException], Callable[[Any], SendFault]], ...] = (
    (SendFault, lambda error: error),
    (UserError, lambda error: SendFault(str(error))),
    (TimeoutError, lambda error: Timeout("no answer in time")),
    (ssl.SSLCertVerificationError, _of_certificate),
    (ssl.SSLError, _of_tls),
    (socket.gaierror, lambda error: SendFault(f"its name is not known: {error.strerror}")),
    (ConnectionRefusedError, lambda error: SendFault("connection refused: nobody listens")),
    (ConnectionError, lambda error: SendFault("the connection ended before an answer came")),
    (OSError, lambda error: SendFault(error.strerror or str(error))),
)

# SPDX-License-Identifier: Apache-2.0
"""gRPC over a unix socket, with the errors that all questions about containers have.

The home of the package grpc, which is imported when the first socket is there: it takes
a tenth of a second, and a host without such a runtime must not pay for it.
"""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from falcomod.errors import ContainerUnknown, MetadataFault, RuntimeUnavailable

if TYPE_CHECKING:
    import grpc

MESSAGE_MAX = 16 << 20  # bytes of one answer; containerd sends no larger ones
REASON_MAX = 200  # characters of the other side's own words in a message

OPTIONS = (
    # Servers in Go refuse what Python would send for a unix socket: its path.
    ("grpc.default_authority", "localhost"),
    ("grpc.max_receive_message_length", MESSAGE_MAX),
    # A runtime that comes back is found within a second, not within two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1000),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # Two channels to a socket share nothing: closing one lets go of its connection.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
)

# What servers say with the code UNKNOWN where they mean NOT_FOUND (old versions of CRI-O).
UNKNOWN_WORDS = ("not found", "could not find", "does not exist", "no such")


class Refused(RuntimeUnavailable):
    """The server is there, and answers with an error of its own."""


class MethodMissing(Refused):
    """The server does not have that method: another version, or a service that is off."""


class Message(Protocol):
    """What generated modules make of a message."""

    def SerializeToString(self) -> bytes: ...


Answer = TypeVar("Answer", bound=Message)
Metadata = tuple[tuple[str, str], ...]


class GrpcChannel:
    """A connection that is made at the first question, and again whenever it is needed.

    Any thread may ask.  Every fault is RuntimeUnavailable, an answer NOT_FOUND
    ContainerUnknown.
    """

    def __init__(self, path: str) -> None:
        self.socket = path
        self._lock = threading.Lock()  # protects _channel and _is_closed
        self._channel: grpc.Channel | None = None
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def check(self) -> None:
        """Says at once, and in plain words, what a connection would say later."""
        try:
            mode = os.stat(self.socket).st_mode
        except OSError as error:
            raise RuntimeUnavailable(f"{self.socket}: {error.strerror}") from error
        if not stat.S_ISSOCK(mode):
            raise RuntimeUnavailable(f"{self.socket}: not a socket")

    def ask(
        self,
        method: str,
        request: Message,
        read: Callable[[bytes], Answer],
        timeout_s: float,
        metadata: Metadata = (),
    ) -> Answer:
        """One answer; *read* is FromString of its type."""
        channel = self._connected()
        with self._faults():
            call = channel.unary_unary(method, None, None)
            answer = call(request.SerializeToString(), timeout=timeout_s, metadata=metadata)
        return self._read(read, answer)

    def stream(
        self,
        method: str,
        request: Message,
        read: Callable[[bytes], Answer],
        timeout_s: float | None = None,
        metadata: Metadata = (),
    ) -> Iterator[Answer]:
        """Answers as they come, until the server ends them or close() does."""
        channel = self._connected()
        with self._faults():
            call = channel.unary_stream(method, None, None)
            answers = call(request.SerializeToString(), timeout=timeout_s, metadata=metadata)
        try:
            with self._faults():
                for answer in answers:
                    yield self._read(read, answer)
        except RuntimeUnavailable:
            if not self._is_closed:
                raise
        finally:
            answers.cancel()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Lets go of the connection; whoever waits for an answer gets RuntimeUnavailable."""
        with self._lock:
            self._is_closed = True
            channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def _connected(self) -> grpc.Channel:
        self.check()
        with self._lock:
            if self._is_closed:
                raise RuntimeUnavailable(f"{self.socket}: closed")
            if self._channel is None:
                # Its own complaints would go to our standard error, one for each attempt.
                os.environ.setdefault("GRPC_VERBOSITY", "NONE")
                import grpc

                self._channel = grpc.insecure_channel(f"unix:{self.socket}", OPTIONS)
            return self._channel

    @contextmanager
    def _faults(self) -> Iterator[None]:
        import grpc

        try:
            yield
        except grpc.RpcError as error:
            raise self._fault(error) from error
        except ValueError as error:
            # What a channel says that was closed meanwhile.
            if not self._is_closed:
                raise
            raise RuntimeUnavailable(f"{self.socket}: closed") from error

    def _fault(self, error: grpc.RpcError) -> MetadataFault:
        """What an error of gRPC is to those who ask."""
        name = error.code().name
        reason = "".join(c for c in str(error.details())[:REASON_MAX] if c.isprintable())
        if name == "NOT_FOUND" or (
            name == "UNKNOWN" and any(word in reason.lower() for word in UNKNOWN_WORDS)
        ):
            return ContainerUnknown(reason)
        if name == "UNIMPLEMENTED":
            return MethodMissing(f"{self.socket}: {reason}")
        if name == "DEADLINE_EXCEEDED":
            return RuntimeUnavailable(f"{self.socket}: no answer in time")
        if name == "UNAVAILABLE":
            return RuntimeUnavailable(f"{self.socket}: {self._refusal() or reason}")
        fault = RuntimeUnavailable if name == "CANCELLED" else Refused
        return fault(f"{self.socket}: {name.lower()}: {reason}")

    def _refusal(self) -> str | None:
        """Why nobody can connect, in the system's words, which are shorter than gRPC's."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            try:
                probe.connect(self.socket)
            except OSError as error:
                return error.strerror
        return None

    def _read(self, read: Callable[[bytes], Answer], answer: bytes) -> Answer:
        from google.protobuf.message import DecodeError

        try:
            return read(answer)
        except DecodeError as error:
            raise RuntimeUnavailable(f"{self.socket}: an answer that cannot be read") from error

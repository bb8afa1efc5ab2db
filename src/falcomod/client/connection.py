# SPDX-License-Identifier: Apache-2.0
"""The connection to a server: what can be asked, and what goes wrong there."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from falcomod.client.alert import Alert
from falcomod.client.backoff import Backoff
from falcomod.client.requests import Requests
from falcomod.client.version import Version
from falcomod.errors import ClientError

if TYPE_CHECKING:
    import grpc

ADDRESS = "unix:///run/falco/falco.sock"  # where Falco listens, too

INTERVAL_S = 0.1  # between two requests of a stream, and so the age of an alert at the most
TIMEOUT_S = 10.0  # for an answer

OPTIONS = (
    # Servers in Go refuse what Python would send for a unix socket: its path.
    ("grpc.default_authority", "localhost"),
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1000),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
)

# What a server that is being started anew answers.
PASSING = frozenset({"UNAVAILABLE", "CANCELLED", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"})


class Client:
    """A client of falcomod's gRPC server, or of Falco's; for several threads at once.

    *address* is unix:// and a path, or HOST:PORT; there files of PEM are needed: *ca*, with
    which the server's certificate is signed, and *certificate* and *key* of this client.
    Every fault is a ClientError.
    """

    def __init__(
        self,
        address: str = ADDRESS,
        *,
        ca: str | os.PathLike[str] | None = None,
        certificate: str | os.PathLike[str] | None = None,
        key: str | os.PathLike[str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.address = address
        self._timeout_s = timeout_s
        self._closed = threading.Event()
        self._channel = _channel(address, {"ca": ca, "certificate": certificate, "key": key})

    def alerts(self, *, follow: bool = True, reconnect: bool = False) -> Iterator[Alert]:
        """Alerts in order: those that wait, and with *follow* all that come later.

        An alert goes to one client only.  With *reconnect* a server that is away is waited
        for, for ever; else that ends the iteration with a ClientError.
        """
        ask = self.sub if follow else self.get
        backoff = Backoff()
        while True:
            try:
                for alert in ask():
                    backoff.succeeded()
                    yield alert
                if not follow:
                    return
            except ClientError as error:
                if not (reconnect and error.is_passing):
                    raise
            if not reconnect or self._closed.wait(backoff.wait_s()):
                return

    def sub(self, *, interval_s: float = INTERVAL_S) -> Iterator[Alert]:
        """Alerts as they come, until the server ends or close() is called."""
        from falcomod.api import outputs_pb2

        requests = Requests(interval_s)
        stub = self._channel.stream_stream("/falco.outputs.service/sub", None, None)
        try:
            yield from self._alerts(lambda: stub(requests), outputs_pb2.response.FromString)
        finally:
            requests.close()

    def get(self) -> Iterator[Alert]:
        """Alerts that wait now."""
        from falcomod.api import outputs_pb2

        stub = self._channel.unary_stream("/falco.outputs.service/get", None, None)
        yield from self._alerts(lambda: stub(b""), outputs_pb2.response.FromString)

    def version(self) -> Version:
        """The server's."""
        from falcomod.api import version_pb2

        stub = self._channel.unary_unary("/falco.version.service/version", None, None)
        (version,) = self._messages(
            lambda: [stub(b"", timeout=self._timeout_s)], version_pb2.response.FromString
        )
        return Version.of(version)

    def close(self) -> None:
        """Ends all iterations over alerts, and the connection."""
        self._closed.set()
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _alerts(
        self, call: Callable[[], Iterable[bytes]], read: Callable[[bytes], Any]
    ) -> Iterator[Alert]:
        for message in self._messages(call, read):
            try:
                yield Alert.of(message)
            except ValueError as error:
                raise ClientError(f"{self.address}: an alert that is none: {error}") from error

    def _messages(
        self, call: Callable[[], Iterable[bytes]], read: Callable[[bytes], Any]
    ) -> Iterator[Any]:
        """What comes, read; the end where the connection was closed on this side."""
        import grpc
        from google.protobuf.message import DecodeError

        answers: Any = None
        try:
            answers = call()
            for answer in answers:
                yield read(answer)
        except DecodeError as error:
            raise ClientError(f"{self.address}: an answer that cannot be read") from error
        except grpc.RpcError as error:
            if not self._closed.is_set():
                raise self._fault(error) from error
        except ValueError as error:
            # What a channel says that was closed meanwhile.
            if not self._closed.is_set():
                raise
            raise ClientError(f"{self.address}: closed") from error
        finally:
            if hasattr(answers, "cancel"):
                answers.cancel()

    def _fault(self, error: grpc.RpcError) -> ClientError:
        name = error.code().name
        details = "".join(c for c in str(error.details()) if c.isprintable())
        if name == "UNAVAILABLE":
            # gRPC tells at length how it tried; what went wrong stands at the end.
            details = details.rpartition("error: ")[2][:200] + "; is a server there (grpc.enabled)?"
        return ClientError(
            f"{self.address}: {name.lower().replace('_', ' ')}: {details[:240]}",
            is_passing=name in PASSING,
        )


def _channel(address: str, files: dict[str, str | os.PathLike[str] | None]) -> grpc.Channel:
    """A channel that connects when it is used first."""
    # Its own complaints would go to standard error, one for each attempt.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    if address.startswith("unix:"):
        import grpc

        return grpc.insecure_channel(address, OPTIONS)
    pems = {}
    for name, path in files.items():
        if path is None:
            raise ClientError(
                f"{address}: TLS needs ca, certificate and key: {name} is missing; or name a "
                "unix socket, unix:// and a path"
            )
        try:
            pems[name] = Path(path).read_bytes()
        except OSError as error:
            raise ClientError(f"{name}: {path}: {error.strerror}") from error
    import grpc

    credentials = grpc.ssl_channel_credentials(pems["ca"], pems["key"], pems["certificate"])
    options = tuple(option for option in OPTIONS if option[0] != "grpc.default_authority")
    return grpc.secure_channel(address, credentials, options)

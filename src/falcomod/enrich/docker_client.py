# SPDX-License-Identifier: Apache-2.0
"""The connection to a Docker socket: the docker package, with a deadline and limits.

The package bounds a single read, not an answer: one byte a second would hold a caller for
ever, an endless answer would fill the memory. Here each call has a deadline and a size, which
the sockets keep themselves. This is the only module that imports docker and requests, which it
brings along (urllib3 has a home of its own in output.http_connection, too); it takes 0.2 s to
import, so enrich.docker does so when a socket is there.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from docker import APIClient
from docker.errors import APIError, DockerException, NotFound
from docker.transport.unixconn import UnixHTTPAdapter, UnixHTTPConnection, UnixHTTPConnectionPool
from requests import PreparedRequest, Response
from requests.exceptions import ContentDecodingError, RequestException
from urllib3.exceptions import HTTPError

from falcomod.errors import ContainerUnknown, RuntimeUnavailable

ANSWER_MAX = 16 * 2**20  # bytes of one answer; a container's is a few KiB
CONNECTIONS_MAX = 16  # that are kept for further questions
REASON_MAX = 200  # characters of what the other side says in an error

ASKING_VERSION = "1.24"  # for /version, which has none in its address
VERSION = re.compile(r"\d{1,3}\.\d{1,3}")

# What the docker package lets through when an answer is not what it expects.
FAULTS = (
    DockerException, RequestException, HTTPError, OSError,
    ValueError, LookupError, TypeError, AttributeError, RecursionError,
)  # fmt: skip


# What is wrong with an answer is raised; here it would be said again at each.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class Connection:
    """Asks one socket; may be used from several threads at once.

    Deadlines are of time.monotonic().  Answers are JSON of any type: who asks checks it.
    Raises ContainerUnknown where the other side knows none, else RuntimeUnavailable.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._adapter = _Adapter(path)

    def open(self, deadline: float) -> None:
        """Agrees on a version of the API, the newest that the other side has; once, at first."""
        with self._asking(deadline):
            asking = _client(self._path, ASKING_VERSION, self._adapter)
            version = asking.version(api_version=False)["ApiVersion"]
            if not VERSION.fullmatch(version):
                raise ValueError("ApiVersion")
            self._client = _client(self._path, version, self._adapter)

    def container(self, id: str, deadline: float) -> object:
        with self._asking(deadline, about=id):
            return self._client.inspect_container(id)

    def containers(self, deadline: float, id: str | None = None) -> object:
        """A row for each container that runs or is paused; or for that one, whatever it does."""
        with self._asking(deadline):
            if id is None:
                return self._client.containers()
            return self._client.containers(all=True, filters={"id": id})

    def image(self, id: str, deadline: float) -> object:
        with self._asking(deadline, about=id):
            return self._client.inspect_image(id)  # type: ignore[no-untyped-call]

    def info(self, deadline: float) -> object:
        with self._asking(deadline):
            return self._client.info()

    def events(self, deadline: float) -> Iterator[bytes]:
        """What happens to containers from now on: pieces of lines of JSON, as they come.

        The deadline is for the begin.  Ends when the connection does.
        """
        with self._asking(deadline):
            stream = self._client.events(filters={"type": "container"})
        return self._pieces(iter(stream))

    def retire(self) -> None:
        """Lets go of what is idle; questions under way are still answered."""
        self._adapter.close()

    def close(self) -> None:
        """Ends the connection; whoever waits for an answer gets RuntimeUnavailable."""
        self._adapter.shut_down()

    def _pieces(self, stream: Iterator[Any]) -> Iterator[bytes]:
        try:
            while True:
                with self._asking(None):
                    piece = next(stream, None)
                if piece is None:
                    return
                yield piece if isinstance(piece, bytes) else str(piece).encode()
        finally:
            self.close()

    @contextmanager
    def _asking(self, deadline: float | None, *, about: str | None = None) -> Iterator[None]:
        self._adapter.budget.renew(deadline)
        try:
            yield
        except FAULTS as error:
            if about is not None and isinstance(error, NotFound):
                raise ContainerUnknown(f"{self._path}: {about} is not known") from error
            raise RuntimeUnavailable(f"{self._path}: {_reason(error)}") from error


class _TooLong(OSError):
    """An answer is longer than any that is meant well."""


class _Refused(OSError):
    """A stream is answered with the status that is the argument."""


class _Budget(threading.local):
    """What the call that this thread is in may still take."""

    deadline: float | None = None
    size: int = ANSWER_MAX

    def renew(self, deadline: float | None) -> None:
        self.deadline = deadline
        self.size = ANSWER_MAX

    def seconds(self) -> float | None:
        """Until the deadline; None: there is none.  TimeoutError when it is over."""
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def take(self, size: int) -> None:
        self.size -= size
        if self.size < 0:
            raise _TooLong


class _Socket(socket.socket):
    """A socket of which every read counts against the budget of the thread that reads."""

    def __init__(self, budget: _Budget) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._budget = budget

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self._budget.seconds())
        size = super().recv_into(buffer, nbytes, flags)
        self._budget.take(size)
        return size


class _Adapter(UnixHTTPAdapter):
    """The package's way to a socket, with sockets that keep a budget and can be shut down."""

    def __init__(self, path: str) -> None:
        super().__init__(f"http+unix://{path}")
        self.path = path
        self.budget = _Budget()
        self._lock = threading.Lock()  # of the two below
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._is_closed = False

    def connected(self) -> socket.socket:
        new = _Socket(self.budget)
        try:
            new.settimeout(self.budget.seconds())
            new.connect(self.path)
            with self._lock:
                if self._is_closed:
                    raise ConnectionAbortedError("closed")
                self._sockets.add(new)
        except BaseException:
            new.close()
            raise
        return new

    def shut_down(self) -> None:
        """Ends every read, in whichever thread; further ones fail."""
        with self._lock:
            self._is_closed = True
            sockets = list(self._sockets)
        for each in sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was faster, or it is closed already
        self.close()

    def get_connection(self, url: bytes | str, proxies: Any = None) -> UnixHTTPConnectionPool:
        key = str(url)
        with self.pools.lock:
            pool = self.pools.get(key)
            if pool is None:
                pool = self.pools[key] = _Pool(self)
        assert isinstance(pool, _Pool)
        return pool

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        response = super().send(request, *args, **kwargs)
        if kwargs.get("stream") and response.status_code != 200:
            response.close()
            raise _Refused(response.status_code)  # a stream would end without a word
        if "Content-Encoding" in response.headers:
            response.close()
            raise ContentDecodingError("packed")  # not asked for, and of unknown size
        # Otherwise it would be guessed, which takes long for long answers.
        response.encoding = "utf-8"
        return response


class _Pool(UnixHTTPConnectionPool):
    def __init__(self, adapter: _Adapter) -> None:
        super().__init__("http+docker://localhost", adapter.path, maxsize=CONNECTIONS_MAX)
        self._adapter = adapter

    def _new_conn(self) -> Any:
        return _HTTPConnection(self._adapter)


class _HTTPConnection(UnixHTTPConnection):
    def __init__(self, adapter: _Adapter) -> None:
        super().__init__("http+docker://localhost", adapter.path)
        self._adapter = adapter

    def connect(self) -> None:
        self.sock = self._adapter.connected()


def _client(path: str, version: str, adapter: _Adapter) -> APIClient:
    client = APIClient(f"unix://{path}", version=version)
    client.mount("http+docker://", adapter)
    client.headers["Accept-Encoding"] = "identity"
    client.trust_env = False  # proxies and passwords of the environment
    client.max_redirects = 0
    client.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def _reason(error: BaseException) -> str:
    """What went wrong in a few words: by the first cause that has a name in REASONS."""
    if isinstance(error, APIError):
        said = " ".join(str(error.explanation).split())
        return f"answered {error.status_code}: {said[:REASON_MAX]}"
    if isinstance(error, _Refused):
        return f"answered {error}"
    cause: BaseException | None = error
    while cause is not None:
        for kind, words in REASONS:
            if isinstance(cause, kind):
                return words
        cause = cause.__cause__ or cause.__context__
    return f"no answer that can be read: {type(error).__name__}"


REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (_TooLong, "the answer is too long"),
    (TimeoutError, "no answer in time"),
    (FileNotFoundError, "no such socket"),
    (PermissionError, "permission denied"),
    (ConnectionRefusedError, "connection refused: nobody listens"),
    (BlockingIOError, "busy: too many connections wait"),
    (ConnectionAbortedError, "closed"),
    (ConnectionError, "closed in the middle of an answer"),
)

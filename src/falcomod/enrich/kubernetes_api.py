# SPDX-License-Identifier: Apache-2.0
"""Questions to the API server of Kubernetes, each with a deadline and a bound.

The package `kubernetes` brings what is hard: kubeconfig files with all their ways to
get a token, TLS, proxies.  Its generated methods are left alone: importing those for
pods alone takes another 0.4 s and 22 MiB, and they build a checked model of every
object, of which a few texts are wanted.  What is asked for is JSON, read by orjson.

Both packages are imported when the first question is asked: who watches no cluster
does not pay for them.
"""

from __future__ import annotations

import base64
import http.client
import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson

from falcomod import __version__
from falcomod.enrich.kubernetes_access import Access
from falcomod.errors import KubernetesUnavailable

if TYPE_CHECKING:
    import urllib3

log = logging.getLogger(__name__)

Object = dict[str, Any]  # as JSON has it: nothing of it is believed

CONNECT_S = 5.0
READ_S = 10.0  # between two pieces of an answer
ANSWER_S = 30.0  # for a whole answer
ANSWER_MAX = 64 * 2**20  # bytes of an answer; a page of 200 objects is below 1 MiB in practice
EVENT_MAX = 8 * 2**20  # bytes of a line of a watch; etcd takes objects of up to 1.5 MiB
REASON_MAX = 300  # characters of what a refusal says
TOKEN_MAX = 64 * 1024
PIECE = 64 * 1024

JSON = "application/json"
# Only the metadata of objects; servers before 1.15 do not know it and send the whole.
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

# A peer that is gone without a word is noticed within a minute and a half.
KEEPALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
]


class Api:
    """One API server.  All methods may be called from several threads at once.

    Whatever is wrong is KubernetesUnavailable, whose message holds no secret.
    """

    def __init__(self, access: Access, *, read_s: float = READ_S, answer_s: float = ANSWER_S):
        self._access = access
        self._read_s = read_s
        self._answer_s = answer_s
        self._lock = threading.Lock()  # of the three below
        self._client: _Client | None = None
        self._open: set[urllib3.BaseHTTPResponse] = set()
        self._closed = False

    def __str__(self) -> str:
        return str(self._access)

    def get(self, path: str, query: Mapping[str, str] = {}, *, accept: str = JSON) -> Object:
        """The object or the list at *path*."""
        deadline = time.monotonic() + self._answer_s
        body = bytearray()
        for piece in self._pieces(path, query, accept, self._read_s):
            body += piece
            if len(body) > ANSWER_MAX:
                raise KubernetesUnavailable(
                    f"{path}: the answer is longer than {ANSWER_MAX} bytes", cause="too long"
                )
            if time.monotonic() > deadline:
                raise KubernetesUnavailable(f"{path}: no answer in time", cause="time")
        return _object(bytes(body), path)

    def watch(
        self, path: str, query: Mapping[str, str], *, timeout_s: int, accept: str = JSON
    ) -> Iterator[Object]:
        """What happens to the objects at *path*, as the server tells it; ends when it ends that.

        It is asked to do so after *timeout_s*.
        """
        query = {**query, "watch": "true", "timeoutSeconds": str(timeout_s)}
        rest = bytearray()
        for piece in self._pieces(path, query, accept, timeout_s + self._read_s):
            rest += piece
            *lines, tail = rest.split(b"\n")
            rest = bytearray(tail)
            for line in lines:
                if line:
                    yield _object(bytes(line), path)
            if len(rest) > EVENT_MAX:
                raise KubernetesUnavailable(
                    f"{path}: an event is longer than {EVENT_MAX} bytes", cause="too long"
                )
        if rest:
            raise KubernetesUnavailable(f"{path}: an event was cut off", cause="cut off")

    def close(self) -> None:
        """Ends all questions; who waits for an answer gets KubernetesUnavailable."""
        with self._lock:
            self._closed = True
            answers = list(self._open)
            client = self._client
        for answer in answers:
            try:
                answer.shutdown()
            except (OSError, ValueError, RuntimeError) as error:
                log.debug("answer not shut down error=%s", error)  # it has ended in between
        if client is not None:
            client.pool.clear()

    def _pieces(
        self, path: str, query: Mapping[str, str], accept: str, read_s: float
    ) -> Iterator[bytes]:
        """The answer as it comes."""
        from urllib3.exceptions import HTTPError

        answer = self._ask(path, query, accept, read_s)
        is_whole = False
        try:
            if answer.status != 200:
                raise self._refusal(answer, path)
            while piece := answer.read1(PIECE, decode_content=False):
                yield piece
            is_whole = True
        except (HTTPError, OSError, ValueError) as error:
            raise _failure(path, error) from error
        finally:
            with self._lock:
                self._open.discard(answer)
            if is_whole:
                answer.release_conn()
            else:
                answer.close()

    def _ask(
        self, path: str, query: Mapping[str, str], accept: str, read_s: float
    ) -> urllib3.BaseHTTPResponse:
        import urllib3

        client = self._connected()
        headers = {"Accept": accept, "User-Agent": f"falcomod/{__version__}"}
        url = client.url + path + ("?" + urlencode(query) if query else "")
        try:
            headers |= client.authorization()
            answer = client.pool.request(
                "GET",
                url,
                headers=headers,
                timeout=urllib3.Timeout(connect=CONNECT_S, read=read_s),
                preload_content=False,
                retries=False,
                redirect=False,  # credentials are for this server only
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _failure(path, error) from error
        with self._lock:
            if not self._closed:
                self._open.add(answer)
                return answer
        answer.close()
        raise KubernetesUnavailable("closed", cause="closed")

    def _connected(self) -> _Client:
        with self._lock:
            if self._closed:
                raise KubernetesUnavailable("closed", cause="closed")
            if self._client is not None:
                return self._client
        # Not under the lock: a kubeconfig file may name a program that has to be waited for.
        # Of two threads that make one at once, the second's is kept; both are good.
        client = _Client(self._access)
        with self._lock:
            self._client = client
        return client

    def _refusal(self, answer: urllib3.BaseHTTPResponse, path: str) -> KubernetesUnavailable:
        """Why the server refuses, in its own words: a Status object says them."""
        if answer.status == 401:
            # The kubeconfig file, or what it names, may have others by now.
            with self._lock:
                self._client = None
        try:
            status = orjson.loads(answer.read1(PIECE, decode_content=False) or b"")
        except orjson.JSONDecodeError:
            status = None
        said = status.get("message") if isinstance(status, dict) else None
        reason = _printable(said) if isinstance(said, str) and said else answer.reason or ""
        return KubernetesUnavailable(
            f"{path}: HTTP {answer.status}: {reason}", status=answer.status
        )


class _Client:
    """Connections of the package `kubernetes`, and the headers that say who asks."""

    def __init__(self, access: Access) -> None:
        from kubernetes import client

        self._access = access
        self._configuration = configuration = client.Configuration()
        if access.kubeconfig is not None:
            _read_kubeconfig(access.kubeconfig, configuration)
        if access.url:
            configuration.host = access.url
        for name, file in (
            ("ssl_ca_cert", access.ca_file),
            ("cert_file", access.certificate_file),
            ("key_file", access.key_file),
        ):
            if file is not None:
                setattr(configuration, name, str(file))
        configuration.socket_options = KEEPALIVE
        self.pool: urllib3.PoolManager = client.rest.RESTClientObject(configuration).pool_manager
        if access.key_password is not None:
            self.pool.connection_pool_kw["key_password"] = access.key_password
        self.url: str = configuration.host.rstrip("/")

    def authorization(self) -> dict[str, str]:
        """The header that says who asks; tokens are read anew because they are replaced.

        OSError when the token cannot be read, ValueError when it is none.
        """
        if self._access.token_file is not None:
            with open(self._access.token_file, "rb") as file:
                token = file.read(TOKEN_MAX).decode("ascii").strip()
            if not token.isprintable() or not token:
                raise ValueError(f"{self._access.token_file}: no token")
            return {"Authorization": f"Bearer {token}"}
        if self._access.user_password is not None:
            pair = ":".join(self._access.user_password).encode()
            return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
        bearer = self._configuration.auth_settings().get("BearerToken")
        return {"Authorization": bearer["value"]} if bearer and bearer["value"] else {}


def _read_kubeconfig(path: object, configuration: object) -> None:
    """Fills *configuration*; what the file says is not repeated in an error, it holds secrets."""
    from kubernetes import config

    cause: Exception
    try:
        config.load_kube_config(  # type: ignore[no-untyped-call]
            config_file=str(path), client_configuration=configuration, persist_config=False
        )
    except config.ConfigException as error:
        reason, cause = _printable(str(error)), error
    except OSError as error:
        reason, cause = error.strerror or type(error).__name__, error
    except Exception as error:  # of YAML, base64, JSON … : the package does not say which
        reason, cause = f"not a kubeconfig file ({type(error).__name__})", error
    else:
        return
    raise KubernetesUnavailable(f"{path}: {reason}", cause="kubeconfig") from cause


def _object(text: bytes, path: str) -> Object:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise KubernetesUnavailable(f"{path}: the answer is not JSON", cause="not JSON") from error
    if not isinstance(found, dict):
        raise KubernetesUnavailable(f"{path}: the answer is no object", cause="not JSON")
    return found


def _failure(path: str, error: Exception) -> KubernetesUnavailable:
    """The words of a library: of what it wraps, and without addresses in memory."""
    cause = type(error).__name__
    while len(error.args) > 1 and isinstance(error.args[1], Exception):
        error = error.args[1]
    if isinstance(error, OSError) and error.strerror:
        reason = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    elif isinstance(error, http.client.IncompleteRead):
        reason = "the answer was cut off"
    else:
        reason = str(error).rpartition(">: ")[2] or type(error).__name__
    return KubernetesUnavailable(f"{path}: {_printable(reason)}", cause=cause)


def _printable(text: str) -> str:
    """What a stranger says, on one line and not longer than a reader bears."""
    text = "".join(c if c.isprintable() else " " for c in text[:REASON_MAX])
    return text.strip()

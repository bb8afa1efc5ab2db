# SPDX-License-Identifier: Apache-2.0
"""An API server of Kubernetes that says what it is told to: recorded answers, and wrong ones.

It listens on loopback and speaks HTTP, so what is tested speaks HTTP, too.  Answers to a
path are given in turn, the last one again and again.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

RECORDED = Path(__file__).resolve().parent / "unit" / "enrich" / "recorded"

PODS = "/api/v1/pods"
NAMESPACES = "/api/v1/namespaces"
SERVICES = "/api/v1/services"
PATIENT_S = 20.0

WATCH = " watch"  # after a path: answers to watches of it


@dataclass(frozen=True)
class Answer:
    """*then*: what comes behind the body: its end, a connection that breaks, or nothing at all."""

    body: bytes = b""
    status: int = 200
    then: Literal["end", "cut", "hold"] = "end"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    path: str
    query: dict[str, str]
    headers: dict[str, str]


HOLD = Answer(then="hold")
EMPTY = Answer(b'{"kind":"List","metadata":{"resourceVersion":"1"},"items":[]}')


def recorded(name: str) -> bytes:
    """A recorded body; tests/kubernetes/record.py writes them."""
    return (RECORDED / name).read_bytes()


def recorded_object(name: str) -> dict[str, Any]:
    found = json.loads(recorded(name))
    assert isinstance(found, dict)
    return found


class ReplayedApi:
    """Its *answers* are by path, those to watches by path + WATCH."""

    def __init__(self, answers: dict[str, list[Answer]]) -> None:
        self.answers = {path: list(of) for path, of in answers.items()}
        self.requests: list[Request] = []
        self.released = threading.Event()  # ends connections that are held
        self._asked = threading.Condition()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                api._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def asked(self, path: str) -> list[Request]:
        """The requests of a path; with WATCH behind it, its watches."""
        with self._asked:
            return [request for request in self.requests if _key(request) == path]

    def wait_asked(self, path: str, count: int = 1) -> list[Request]:
        """As asked(), when there are as many."""
        with self._asked:
            self._asked.wait_for(lambda: len(self.asked(path)) >= count, PATIENT_S)
            return self.asked(path)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        request = Request(parts.path, query, dict(handler.headers.items()))
        with self._asked:
            self.requests.append(request)
            self._asked.notify_all()
            answers = self.answers.get(_key(request), [Answer(recorded("missing.json"), 404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        with contextlib.suppress(OSError):  # who asked may have gone
            self._send(handler, answer)

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        if answer.body:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(answer.body), answer.body))
        if answer.then == "hold":
            self.released.wait(60)
        if answer.then == "end":
            handler.wfile.write(b"0\r\n\r\n")
        else:
            # Not with a reset: that would take back what was sent and not read yet.
            handler.close_connection = True
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)


def _key(request: Request) -> str:
    return request.path + (WATCH if request.query.get("watch") == "true" else "")


@contextlib.contextmanager
def replayed(answers: dict[str, list[Answer]]) -> Iterator[ReplayedApi]:
    """A server for the time of a test."""
    api = ReplayedApi(answers)
    try:
        yield api
    finally:
        api.close()

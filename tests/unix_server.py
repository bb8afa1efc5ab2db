# SPDX-License-Identifier: Apache-2.0
"""An HTTP server on a Unix socket that answers as it is told, well or badly.

Answers are bytes as they go over the wire, or a function that talks on the connection
itself; what follows it is that the connection is closed.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

Talk = Callable[[socket.socket], None]
Answers = dict[str, bytes | Talk]


def answer(body: object, *, status: int = 200, headers: str = "") -> bytes:
    """A whole answer; a body that is no bytes as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} Words\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def chunk(content: bytes) -> bytes:
    """One piece of an answer whose length is not known before."""
    return b"%x\r\n%s\r\n" % (len(content), content)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class UnixServer:
    """Answers each request by its path, without the version that it may begin with.

    *asked* are the paths in the order in which they came; *ended* is set at the end, for
    answers that wait.
    """

    def __init__(self, path: Path, answers: Answers) -> None:
        self.path = str(path)
        self.answers = answers
        self.asked: list[str] = []
        self.ended = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        self._listener.listen(16)
        self._threads = [threading.Thread(target=self._accept)]
        self._connections: list[socket.socket] = []

    def __enter__(self) -> UnixServer:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        self.disconnect()
        for thread in self._threads:
            thread.join()

    def disconnect(self) -> None:
        """Ends all connections, whatever they are at."""
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def wait_silently(self, _: socket.socket) -> None:
        """An answer that never comes."""
        self.ended.wait()

    def drip(self, content: bytes) -> Talk:
        """An answer of which a byte comes every 10 ms, for ever."""

        def talk(connection: socket.socket) -> None:
            connection.sendall(content)
            while not self.ended.wait(0.01):
                connection.sendall(b"x")

        return talk

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while path := _request(connection):
                self.asked.append(path)
                reply = self.answers.get(path, NOT_FOUND)
                if callable(reply):
                    reply(connection)
                    return
                connection.sendall(reply)


def _request(connection: socket.socket) -> str | None:
    """The path that the next request asks for; None: there is none."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            return None
        head += byte
    path = head.split()[1].decode().partition("?")[0]
    return re.sub(r"^/v[0-9.]+", "", path)


NOT_FOUND = answer({"message": "No such container"}, status=404)

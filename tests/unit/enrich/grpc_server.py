# SPDX-License-Identifier: Apache-2.0
"""A gRPC server on a unix socket that answers as a test says: rightly, wrongly, never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc

# Bytes of a request and the call's context to the bytes of an answer; or to many of them.
Handler = Callable[[bytes, Any], Any]


class Server(grpc.GenericRpcHandler):
    """Handlers by the method; those of *streams* yield answers."""

    def __init__(self, **handlers: Handler) -> None:
        self.unary: dict[str, Handler] = dict(handlers)
        self.streams: dict[str, Handler] = {}
        self.asked: list[str] = []  # methods, in order

    def service(self, call: Any) -> Any:
        method = call.method.rpartition("/")[2]
        self.asked.append(method)
        if method in self.unary:
            return grpc.unary_unary_rpc_method_handler(self.unary[method])
        if method in self.streams:
            return grpc.unary_stream_rpc_method_handler(self.streams[method])
        return None

    @contextmanager
    def at(self, socket: Path) -> Iterator[Server]:
        """Serves until the block ends."""
        server = grpc.server(ThreadPoolExecutor(8), handlers=(self,))
        assert server.add_insecure_port(f"unix:{socket}")
        server.start()
        try:
            yield self
        finally:
            server.stop(None).wait()


def answering(message: bytes) -> Handler:
    """Always the same answer."""
    return lambda _request, _context: message


def refusing(code: grpc.StatusCode, words: str = "refused") -> Handler:
    """Always an error."""

    def refuse(_request: bytes, context: Any) -> bytes:
        context.abort(code, words)
        return b""

    return refuse

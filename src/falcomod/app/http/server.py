# SPDX-License-Identifier: Apache-2.0
"""An HTTP server on a thread of its own, for the few requests that an agent gets.

Needs h11 (MIT, kept by python-hyper): a parser without I/O, as the limits of time and size
are ours.  That and asyncio cost 40 ms, and are loaded when a server starts.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from falcomod.app.http.listener import Tcp, Unix, open_listener, tls_context
from falcomod.app.http.message import Limits, Routes
from falcomod.errors import UserError

if TYPE_CHECKING:
    import ssl

    from falcomod.app.http.loop import HttpLoop


class HttpServer:
    """Serves *routes* from start() to stop().

    *remedy* ends the message of what keeps it from listening.  The methods are for one
    thread at a time.
    """

    def __init__(
        self,
        name: str,
        routes: Routes,
        *,
        listen: Tcp | Unix,
        limits: Limits | None = None,
        remedy: str = "",
    ) -> None:
        self.name = name
        self._routes = routes
        self._listen = listen
        self._limits = limits or Limits()
        self._remedy = remedy
        self._address = (str(listen), 0)
        self._file: tuple[int, int] | None = None  # device and inode of the Unix socket
        self._loop: HttpLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listens from when it returns; raises UserError where it cannot."""
        remedy = ""
        try:
            tls = self._tls()
            remedy = f"; {self._remedy}" if self._remedy else ""
            listener = open_listener(self._listen)
        except UserError as error:
            raise UserError(f"{self.name}: {error}{remedy}") from None
        self._remember(listener)
        from falcomod.app.http.loop import HttpLoop

        self._loop = HttpLoop(self.name, listener, self._routes, self._limits, tls)
        self._thread = threading.Thread(target=self._loop.run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Takes no more connections, ends those that are idle, and waits for the others."""
        if self._thread is None or self._loop is None:
            return
        self._loop.stop()
        self._thread.join()
        self._thread = None
        if isinstance(self._listen, Unix):
            self._remove_file(self._listen.path)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port where it listens; for a Unix socket its path and 0."""
        return self._address

    def set_routes(self, routes: Routes) -> None:
        """Serves these instead, beginning with the next request."""
        self._routes = routes
        if self._loop is not None:
            self._loop.handlers.routes = routes

    def set_limits(self, limits: Limits) -> None:
        """These hold for connections that come from now on; that of all bodies stays."""
        self._limits = limits
        if self._loop is not None:
            self._loop.limits = limits

    def renew_certificate(self, path: str | None = None) -> None:
        """Reads the certificate again, from *path* if that is given, and the authorities of
        clients, for connections that come from now on.  Without TLS it does nothing.

        Raises UserError where it cannot be used; the one of before stays in force then.
        """
        before = self._listen
        if not isinstance(before, Tcp) or before.tls is None:
            return
        tls = replace(before.tls, path=path or before.tls.path)
        context = tls_context(tls)
        self._listen = replace(before, tls=tls)
        if self._loop is not None:
            self._loop.tls = context

    def counters(self) -> dict[str, int]:
        """Of the run: connections, responses by status (status_200), and by reason what was
        cut off.

        Now, there are open connections, which hold body_bytes of bodies.
        """
        return {} if self._loop is None else self._loop.counters()

    def _tls(self) -> ssl.SSLContext | None:
        if isinstance(self._listen, Tcp) and self._listen.tls is not None:
            return tls_context(self._listen.tls)
        return None

    def _remember(self, listener: socket.socket) -> None:
        """Where it listens, as the kernel says it."""
        if isinstance(self._listen, Unix):
            facts = os.stat(self._listen.path)
            self._file = facts.st_dev, facts.st_ino
        else:
            host, port = listener.getsockname()[:2]
            self._address = host, port

    def _remove_file(self, path: str) -> None:
        """Takes the Unix socket away, unless another server has made one there since."""
        with contextlib.suppress(OSError):
            facts = os.stat(path)
            if (facts.st_dev, facts.st_ino) == self._file:
                os.unlink(path)

# SPDX-License-Identifier: Apache-2.0
"""Falco's gRPC server: a unix socket, or a host and a port for clients with a certificate.

The package grpc is imported when the server starts.  grpc_calls says what is served.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from falcomod.config.service_options import Grpc
from falcomod.errors import UserError
from falcomod.output.grpc_address import Address, SocketFile, refusal
from falcomod.output.grpc_certificates import Certificates
from falcomod.output.grpc_version import Version
from falcomod.output.memory_spool import MemorySpool

if TYPE_CHECKING:
    import grpc

    from falcomod.output.grpc_calls import Calls


THREADS = 10  # where grpc.threadiness is 0
CLIENTS_PER_THREAD = 10  # that read alerts at once, as in Falco
SPARE_THREADS = 8  # for versions and refusals
STOP_S = 2.0  # that calls have to hand out what they took
LOOK_S = 1.0  # between two looks after calls
CALLS_PER_CLIENT = 16  # over one connection; further ones wait at the client
CONNECTIONS = 256

OPTIONS = (
    # Else two servers could share a port, and neither would know.
    ("grpc.so_reuseport", 0),
    ("grpc.max_concurrent_streams", CALLS_PER_CLIENT),
    ("grpc.max_allowed_incoming_connections", CONNECTIONS),
    # Requests are empty, or hold one flag.
    ("grpc.max_receive_message_length", 1 << 10),
    # Who connects and says nothing is let go of.
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.http2.settings_timeout", 10_000),
    ("grpc.max_connection_idle_ms", 300_000),
    # A client that is gone without a word, or stopped, is found within 15 s.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.ping_timeout_ms", 5_000),  # Without it, it is a minute.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
)


class GrpcServer:
    """Hands out what is in *spool*, which it closes at the end."""

    def __init__(self, options: Grpc, spool: MemorySpool, version: Version) -> None:
        self._options = options
        self._spool = spool
        self._version = version
        self.address = Address.parse(options.bind_address)
        self._mode = int(options.socket_mode, 8)
        self._file: SocketFile | None = None
        self._certificates: Certificates | None = None
        self._calls: Calls | None = None
        self._server: grpc.Server | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._look_after, name="grpc-keeper", daemon=True)

    def start(self) -> None:
        """Listens; raises UserError where that is not possible."""
        # What core has to say of a client's fault would go to our standard error.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        import grpc

        from falcomod.output.grpc_calls import Calls

        limit = (self._options.threadiness or THREADS) * CLIENTS_PER_THREAD
        threads = limit + SPARE_THREADS
        self._calls = Calls(self._spool, self._version.encode(), limit)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="grpc")
        self._server = grpc.server(
            self._pool,
            handlers=(self._calls,),  # type: ignore[arg-type]
            options=OPTIONS,
            maximum_concurrent_rpcs=threads,
        )
        try:
            self._listen(self._server)
        except BaseException:
            self._server.stop(None).wait()
            self._pool.shutdown()
            raise
        self._server.start()
        self._keeper.start()

    def renew_certificates(self, options: Grpc | None = None) -> None:
        """Has certificate and key read again for the clients that come from now on.

        *options*: after a reload, which may name other files.
        """
        if self._certificates is not None:
            self._certificates.renew(options or self._options)

    def counters(self) -> dict[str, int]:
        """Empty before the start."""
        return {} if self._calls is None else self._calls.counters()

    def stop(self) -> None:
        """Ends calls and threads; alerts that no client has are in the spool again."""
        self._stopping.set()
        if self._calls is not None:
            self._calls.stop()
        if self._server is not None:
            self._server.stop(STOP_S).wait()
        if self._keeper.is_alive():
            self._keeper.join()
        if self._pool is not None:
            self._pool.shutdown()
        if self._file is not None:
            self._file.remove()
        self._spool.close()

    def _listen(self, server: grpc.Server) -> None:
        if self.address.path:
            self._file = SocketFile(self.address.path, self._mode)
            self._file.bind(lambda path: _bound(lambda: server.add_insecure_port(f"unix:{path}")))
            return
        self._certificates = Certificates(self._options)
        credentials = self._certificates.credentials()
        try:
            port = _bound(lambda: server.add_secure_port(str(self.address), credentials))
        except OSError as error:
            raise UserError(
                f"grpc.bind_address: {self.address}: {refusal(self.address)}; name another "
                "address, or end who listens there"
            ) from error
        self.address = Address(host=self.address.host, port=port)

    def _look_after(self) -> None:
        """The keeper's thread."""
        while not self._stopping.wait(LOOK_S):
            if self._calls is not None:
                self._calls.look_after()


def _bound(bind: Callable[[], int]) -> int:
    """What *bind* returns, a port; OSError where gRPC could not listen."""
    try:
        port = bind()
    except RuntimeError as error:
        raise OSError(errno.EADDRNOTAVAIL, "it cannot be listened on") from error
    if not port:
        raise OSError(errno.EADDRNOTAVAIL, "it cannot be listened on")
    return port

# SPDX-License-Identifier: Apache-2.0
"""A connection to a receiver of syslog messages."""

from __future__ import annotations

import errno
import os
import socket
import time
from typing import Any, Self

from falcomod.output.interrupt import Interrupt
from falcomod.output.syslog_address import Address
from falcomod.output.syslog_message import shortened

DATAGRAM_BYTES = 8192  # of a message; what rsyslog takes unless told otherwise
LEAST_BYTES = 480  # every receiver takes as much: RFC 5424 section 6.1
STREAM_BYTES = 262144
CONNECT_S = 5.0
STALL_S = 30.0  # that a stream may take nothing, until it counts as broken


class SyslogSocket:
    """Connected until close(); for one thread.  Everything raises OSError.

    *is_counted*: messages over TCP begin with their length (RFC 6587 section 3.4.1), else
    they end with a line end.
    """

    def __init__(
        self, connection: socket.socket, address: Address, interrupt: Interrupt, *, is_counted: bool
    ) -> None:
        self._socket = connection
        self._is_stream = connection.type == socket.SOCK_STREAM
        self._address = address
        self._interrupt = interrupt
        self._is_counted = is_counted

    @classmethod
    def connect(cls, address: Address, interrupt: Interrupt, *, is_counted: bool) -> Self:
        if address.kind == "unix":
            connection = _connect_unix(address.host, interrupt)
        else:
            connection = _connect_host(address, interrupt)
        return cls(connection, address, interrupt, is_counted=is_counted)

    def send(self, message: bytes) -> None:
        """Hands one message on; of a stream it is sent whole, or the connection is of no use."""
        if not self._is_stream:
            self._send_datagram(shortened(message, DATAGRAM_BYTES))
            return
        message = shortened(message, STREAM_BYTES)
        if self._address.kind == "unix":
            self._send_stream(message + b"\0")  # what syslog(3) of glibc ends them with
        elif self._is_counted:
            self._send_stream(b"%d %s" % (len(message), message))
        else:
            self._send_stream(message + b"\n")

    def is_broken(self) -> bool:
        """Whether the receiver has hung up: sending would go well once, and be lost."""
        if not self._is_stream:
            return False
        try:
            # A receiver has nothing to say; whatever it does say is passed over.
            return not self._socket.recv(4096)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        self._socket.close()

    def _send_datagram(self, message: bytes) -> None:
        while True:
            try:
                self._socket.send(message)
            except BlockingIOError:
                self._interrupt.wait_writable(self._socket.fileno())
            except OSError as error:
                # A network with smaller packets, or a small send buffer.
                if error.errno != errno.EMSGSIZE or len(message) <= LEAST_BYTES:
                    raise
                message = shortened(message, max(LEAST_BYTES, len(message) // 2))
            else:
                return

    def _send_stream(self, message: bytes) -> None:
        view = memoryview(message)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                # The local receiver is waited for, as syslog(3) does.
                limit_s = STALL_S if self._address.is_remote else None
                if not self._interrupt.wait_writable(self._socket.fileno(), limit_s):
                    raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from None


def _connect_unix(path: str, interrupt: Interrupt) -> socket.socket:
    """Datagrams where the receiver has them, else a stream, as syslog(3) does."""
    try:
        return _connected(socket.AF_UNIX, socket.SOCK_DGRAM, path, interrupt)
    except OSError as error:
        if error.errno != errno.EPROTOTYPE:
            raise
    return _connected(socket.AF_UNIX, socket.SOCK_STREAM, path, interrupt)


def _connect_host(address: Address, interrupt: Interrupt) -> socket.socket:
    """To the first address of the host that answers."""
    kind = socket.SOCK_STREAM if address.kind == "tcp" else socket.SOCK_DGRAM
    failure: OSError | None = None
    for family, _, _, _, target in socket.getaddrinfo(address.host, address.port, type=kind):
        try:
            return _connected(family, kind, target, interrupt)
        except OSError as error:
            failure = error
    raise failure or OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))


def _connected(family: int, kind: int, target: Any, interrupt: Interrupt) -> socket.socket:
    connection = socket.socket(family, kind)
    try:
        connection.setblocking(False)
        deadline_s = time.monotonic() + CONNECT_S
        while (number := connection.connect_ex(target)) == errno.EAGAIN:
            # The backlog of a local receiver is full: there is no telling when that ends.
            if time.monotonic() > deadline_s:
                break
            interrupt.wait(0.05)
        if number == errno.EINPROGRESS:
            ready = interrupt.wait_writable(connection.fileno(), CONNECT_S)
            number = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            number = number if ready else errno.ETIMEDOUT
        if number:
            raise OSError(number, os.strerror(number))
    except BaseException:
        connection.close()
        raise
    return connection

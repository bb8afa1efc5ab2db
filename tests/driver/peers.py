# SPDX-License-Identifier: Apache-2.0
"""Pairs of sockets that talk to each other within one process, over loopback."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


def listener(family: socket.AddressFamily, backlog: int = 5) -> socket.socket:
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind((LOOPBACK[family], 0))
    server.listen(backlog)
    return server


def await_backlog(server: socket.socket, count: int) -> None:
    """Returns when so many connections are in a TCP listener's queue.

    connect() returns before the listener has seen the last packet of the handshake.
    """
    tcpi_unacked = slice(24, 28)  # of a listener: the length of its queue
    while True:
        info = server.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 28)
        if int.from_bytes(info[tcpi_unacked], sys.byteorder) == count:
            return
        time.sleep(0.001)


def unix_listener(path: Path, backlog: int = 5) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen(backlog)
    return server


def connected(family: socket.AddressFamily) -> tuple[socket.socket, socket.socket]:
    """Client and server end of a TCP connection."""
    with listener(family) as server:
        client = socket.socket(family, socket.SOCK_STREAM)
        client.connect(server.getsockname())
        return client, server.accept()[0]


def datagram(family: socket.AddressFamily) -> socket.socket:
    """A UDP socket with an address."""
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind((LOOPBACK[family], 0))
    return made


def port(end: socket.socket) -> int:
    return int(end.getsockname()[1])

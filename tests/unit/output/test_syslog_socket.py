# SPDX-License-Identifier: Apache-2.0
"""Connections to real receivers of this test's own."""

from __future__ import annotations

import contextlib
import errno
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.output.interrupt import Interrupt, Interrupted
from falcomod.output.syslog_address import Address
from falcomod.output.syslog_socket import DATAGRAM_BYTES, LEAST_BYTES, STREAM_BYTES, SyslogSocket
from tests.recorded_sink import eventually


@pytest.fixture
def interrupt() -> Iterator[Interrupt]:
    made = Interrupt()
    yield made
    made.close()


@pytest.fixture
def path() -> Iterator[Path]:
    """Of a socket; it has to be short."""
    with tempfile.TemporaryDirectory(prefix="log-", dir="/tmp") as folder:
        yield Path(folder) / "s"


def bound(family: int, kind: int, address: object) -> socket.socket:
    receiver = socket.socket(family, kind)
    receiver.bind(address)  # type: ignore[arg-type]
    receiver.settimeout(10)
    if kind == socket.SOCK_STREAM:
        receiver.listen()
    return receiver


@contextlib.contextmanager
def connected(
    address: Address, interrupt: Interrupt, *, is_counted: bool = False
) -> Iterator[SyslogSocket]:
    made = SyslogSocket.connect(address, interrupt, is_counted=is_counted)
    try:
        yield made
    finally:
        made.close()


def send_on(sender: SyslogSocket) -> None:
    """More than any receiver takes without reading."""
    for _ in range(100_000):
        sender.send(b"<13>a")


def test_local_datagrams(path: Path, interrupt: Interrupt) -> None:
    with (
        bound(socket.AF_UNIX, socket.SOCK_DGRAM, str(path)) as receiver,
        connected(Address("unix", str(path)), interrupt) as sender,
    ):
        sender.send(b"<13>a")
        sender.send("\u20ac".encode() * DATAGRAM_BYTES)
        assert receiver.recv(99) == b"<13>a"
        long = receiver.recv(1 << 17)
        assert len(long) == DATAGRAM_BYTES - DATAGRAM_BYTES % 3
        assert long.decode() == "\u20ac" * (len(long) // 3)
        assert not sender.is_broken()


def test_local_stream_where_there_are_no_datagrams(path: Path, interrupt: Interrupt) -> None:
    with (
        bound(socket.AF_UNIX, socket.SOCK_STREAM, str(path)) as listener,
        connected(Address("unix", str(path)), interrupt) as sender,
    ):
        receiver, _ = listener.accept()
        with receiver:
            sender.send(b"<13>a")
            sender.send(b"<13>b")
            assert receiver.recv(99) == b"<13>a\0<13>b\0"
            assert not sender.is_broken()
        assert sender.is_broken()


def test_local_receiver_that_does_not_read_is_waited_for(path: Path, interrupt: Interrupt) -> None:
    with (
        bound(socket.AF_UNIX, socket.SOCK_DGRAM, str(path)),
        connected(Address("unix", str(path)), interrupt) as sender,
    ):
        threading.Timer(0.05, interrupt.set).start()
        with pytest.raises(Interrupted):
            send_on(sender)


def test_udp(interrupt: Interrupt) -> None:
    with bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)) as receiver:
        address = Address("udp", "127.0.0.1", receiver.getsockname()[1])
        with connected(address, interrupt) as sender:
            sender.send(b"<13>a")
            assert receiver.recv(99) == b"<13>a"


@pytest.mark.parametrize(
    ("is_counted", "wanted"), [(True, b"5 <13>a6 <13>\xc3\xa4"), (False, b"<13>a\n<13>\xc3\xa4\n")]
)
def test_tcp(interrupt: Interrupt, is_counted: bool, wanted: bytes) -> None:
    with bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)) as listener:
        address = Address("tcp", "localhost", listener.getsockname()[1])
        with connected(address, interrupt, is_counted=is_counted) as sender:
            receiver, _ = listener.accept()
            with receiver:
                sender.send(b"<13>a")
                sender.send(b"<13>\xc3\xa4")
                assert receiver.recv(len(wanted), socket.MSG_WAITALL) == wanted
            assert eventually(sender.is_broken)


def test_message_without_end_is_cut_on_a_stream(path: Path, interrupt: Interrupt) -> None:
    with (
        bound(socket.AF_UNIX, socket.SOCK_STREAM, str(path)) as listener,
        connected(Address("unix", str(path)), interrupt) as sender,
    ):
        receiver, _ = listener.accept()
        with receiver:
            thread = threading.Thread(target=sender.send, args=(bytes(2 * STREAM_BYTES),))
            thread.start()
            size = 0
            while size <= STREAM_BYTES:
                size += len(receiver.recv(1 << 16))
            thread.join()
            assert size == STREAM_BYTES + 1


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (Address("unix", "/no/socket"), errno.ENOENT),
        (Address("tcp", "127.0.0.1", 9), errno.ECONNREFUSED),
        (Address("tcp", "no.such.host.invalid", 514), socket.EAI_NONAME),
    ],
)
def test_receiver_that_is_not_there(address: Address, number: int, interrupt: Interrupt) -> None:
    with pytest.raises(OSError, match=r"\w") as caught:
        SyslogSocket.connect(address, interrupt, is_counted=False)
    assert caught.value.errno in (number, socket.EAI_AGAIN)


class Narrow(socket.socket):
    """A network that takes packets of 1000 bytes."""

    def send(self, data: bytes, flags: int = 0) -> int:  # type: ignore[override]
        if len(data) > 1000:
            raise OSError(errno.EMSGSIZE, "Message too long")
        return super().send(data, flags)


def test_datagram_that_is_too_long_is_cut_further(interrupt: Interrupt) -> None:
    with bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)) as receiver:
        narrow = Narrow(socket.AF_INET, socket.SOCK_DGRAM)
        narrow.connect(receiver.getsockname())
        sender = SyslogSocket(narrow, Address("udp", "127.0.0.1", 1), interrupt, is_counted=False)
        sender.send(b"x" * 5000)
        assert LEAST_BYTES <= len(receiver.recv(9999)) <= 1000
        sender.close()

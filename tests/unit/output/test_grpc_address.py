# SPDX-License-Identifier: Apache-2.0
"""Where a server listens, and how the file of its socket comes and goes."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.errors import UserError
from falcomod.output.grpc_address import Address, SocketFile, refusal


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a short name: paths of sockets must not be long."""
    with tempfile.TemporaryDirectory(prefix="fm") as name:
        yield Path(name)


class Listener:
    """Binds a socket as gRPC does, and looks at who could come in meanwhile."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.folder_mode = 0

    def __call__(self, path: str) -> None:
        self.folder_mode = stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode)
        self.socket.bind(path)
        self.socket.listen()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:///run/falco/falco.sock", Address(path="/run/falco/falco.sock")),
        ("unix:/run/falco.sock", Address(path="/run/falco.sock")),
        ("0.0.0.0:5060", Address(host="0.0.0.0", port=5060)),
        ("localhost:0", Address(host="localhost", port=0)),
        ("[::1]:5060", Address(host="[::1]", port=5060)),
        ("my-host.example:65535", Address(host="my-host.example", port=65535)),
    ],
)
def test_address_is_a_path_or_host_and_port(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    ["", "unix://", "unix:", "unix:run/x", "unix://run/x", "host", "host:", ":5060", "host:65536",
     "::1:5060", "host:5060/x", "http://host:5060", "host:port"],
)  # fmt: skip
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(UserError, match=r"grpc.bind_address: .*no address; write unix://"):
        Address.parse(text)


def test_socket_is_there_with_its_mode_and_was_never_open_to_others(folder: Path) -> None:
    path = folder / "new" / "folder" / "s"
    file, listener = SocketFile(str(path), 0o640), Listener()
    before = os.umask(0)
    try:
        file.bind(listener)
    finally:
        os.umask(before)
    with listener.socket, socket.socket(socket.AF_UNIX) as client:
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert listener.folder_mode == 0o700
        assert [entry.name for entry in path.parent.iterdir()] == ["s"]
        client.connect(str(path))
    file.remove()
    assert list(path.parent.iterdir()) == []


def test_socket_that_nobody_listens_on_is_replaced(folder: Path) -> None:
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(path))
    file, listener = SocketFile(str(path), 0o600), Listener()
    file.bind(listener)
    with listener.socket, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_socket_that_somebody_listens_on_is_left_alone(folder: Path) -> None:
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen(0)
        listener = Listener()
        with listener.socket, pytest.raises(UserError, match="another process listens there"):
            SocketFile(str(path), 0o600).bind(listener)
        assert [entry.name for entry in folder.iterdir()] == ["s"]


def test_file_that_is_no_socket_is_left_alone(folder: Path) -> None:
    path = folder / "s"
    path.write_text("precious")
    listener = Listener()
    with listener.socket, pytest.raises(UserError, match="no socket; name another path"):
        SocketFile(str(path), 0o600).bind(listener)
    assert path.read_text() == "precious"


def test_too_long_path_is_told(folder: Path) -> None:
    listener = Listener()
    with listener.socket, pytest.raises(UserError, match="too long for a unix socket"):
        SocketFile(str(folder / ("x" * 100)), 0o600).bind(listener)
    assert list(folder.iterdir()) == []


def test_file_of_another_server_is_not_removed(folder: Path) -> None:
    path = folder / "s"
    first, one = SocketFile(str(path), 0o600), Listener()
    first.bind(one)
    one.socket.close()
    second, two = SocketFile(str(path), 0o600), Listener()
    second.bind(two)
    with two.socket:
        first.remove()
        assert path.exists()
        second.remove()
        assert not path.exists()


def test_refusal_says_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refusal(Address(host="127.0.0.1", port=port)) == "Address already in use"
    assert "address" in refusal(Address(host="192.0.2.1", port=5060)).lower()

# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from falcomod.engine.state.tables import FD_TYPES
from falcomod.enrich.sockets import (
    AF_INET,
    AF_INET6,
    L4_TCP,
    L4_UDP,
    ROLE_CLIENT,
    ROLE_SERVER,
    Sockets,
    read_namespace,
)

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  …\n"
REST = "00000000:00000000 00:00000000 00000000  1000        0 {} 1 0000000000000000 100 0 0 10 0\n"


def endpoint(address: str, port: int) -> str:
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    order = "<" if sys.byteorder == "little" else ">"
    words = struct.unpack(f"{order}{len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"


def line(local: tuple[str, int], remote: tuple[str, int], state: int, inode: int) -> str:
    return f"   0: {endpoint(*local)} {endpoint(*remote)} {state:02X} {REST.format(inode)}"


ANY = ("0.0.0.0", 0)


@pytest.fixture
def net(tmp_path: Path) -> Path:
    rows = [
        line(("0.0.0.0", 22), ANY, 10, 100),
        line(("10.0.0.1", 22), ("1.2.3.4", 40000), 1, 101),
        line(("10.0.0.1", 50000), ("8.8.8.8", 443), 1, 102),
        line(("10.0.0.1", 50001), ("8.8.8.8", 443), 2, 103),
        line(("10.0.0.1", 50002), ("8.8.8.8", 443), 6, 0),
        "garbage\n",
    ]
    (tmp_path / "tcp").write_text(HEAD + "".join(rows))
    rows = [line(("2001:db8::1", 50000), ("2001:db8::2", 443), 1, 200)]
    (tmp_path / "tcp6").write_text(HEAD + "".join(rows))
    rows = [
        line(("127.0.0.53", 53), ANY, 7, 300),
        line(("10.0.0.1", 50000), ("8.8.8.8", 53), 1, 301),
    ]
    (tmp_path / "udp").write_text(HEAD + "".join(rows))
    (tmp_path / "unix").write_text(
        "Num       RefCount Protocol Flags    Type St Inode Path\n"
        "ffff888100000001: 00000002 00000000 00010000 0001 01 400 /run/a b.sock\n"
        "0000000000000000: 00000003 00000000 00000000 0001 03 401\n"
    )
    (tmp_path / "netlink").write_text(
        "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"
        "0000000000000000 0   1          00000550 0        0        0     2        0        500\n"
    )
    return tmp_path


def test_connection_of_a_client(net: Path) -> None:
    assert read_namespace(str(net))[102] == {
        "family": AF_INET, "l4proto": L4_TCP, "type": FD_TYPES["ipv4"], "is_connected": True,
        "source": bytes([10, 0, 0, 1]), "source_port": 50000, "dest": bytes([8, 8, 8, 8]),
        "dest_port": 443, "role": ROLE_CLIENT,
    }  # fmt: skip


def test_connection_of_a_server_has_the_client_as_source(net: Path) -> None:
    facts = read_namespace(str(net))[101]
    assert facts["role"] == ROLE_SERVER
    assert (facts["source"], facts["source_port"]) == (bytes([1, 2, 3, 4]), 40000)
    assert (facts["dest"], facts["dest_port"]) == (bytes([10, 0, 0, 1]), 22)


def test_listening_socket(net: Path) -> None:
    facts = read_namespace(str(net))[100]
    assert (facts["type"], facts["role"]) == (FD_TYPES["ipv4_listening"], ROLE_SERVER)
    assert (facts["dest"], facts["dest_port"]) == (bytes(4), 22)


def test_connection_in_the_making(net: Path) -> None:
    assert not read_namespace(str(net))[103]["is_connected"]


def test_inet6(net: Path) -> None:
    facts = read_namespace(str(net))[200]
    assert (facts["type"], facts["family"]) == (FD_TYPES["ipv6"], AF_INET6)
    assert facts["dest"] == socket.inet_pton(socket.AF_INET6, "2001:db8::2")


def test_udp(net: Path) -> None:
    table = read_namespace(str(net))
    assert table[300]["type"] == FD_TYPES["ipv4_listening"]
    assert (table[301]["type"], table[301]["l4proto"]) == (FD_TYPES["ipv4"], L4_UDP)


def test_unix_and_netlink(net: Path) -> None:
    table = read_namespace(str(net))
    assert (table[400]["name"], table[400]["is_connected"]) == ("/run/a b.sock", False)
    assert table[400]["source"] == struct.pack("<Q", 0xFFFF888100000001)
    assert (table[401]["name"], table[401]["is_connected"]) == (None, True)
    assert table[500]["type"] == FD_TYPES["netlink"]


def test_connections_without_a_descriptor_are_left_out(net: Path) -> None:
    assert set(read_namespace(str(net))) == {100, 101, 102, 103, 200, 300, 301, 400, 401, 500}


def test_missing_tables(tmp_path: Path) -> None:
    assert read_namespace(str(tmp_path / "none")) == {}


def test_namespace_is_read_once(net: Path) -> None:
    proc = net / "proc"
    (proc / "5").mkdir(parents=True)
    (proc / "5" / "net").symlink_to(net)
    sockets = Sockets(str(proc))
    assert sockets.find(5, "net:[1]", 100) is not None
    # Of the second process there is nothing to read.
    assert sockets.find(6, "net:[1]", 102) is not None
    assert sockets.find(6, "net:[2]", 102) is None


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket, socket.socket]]:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
        server.accept()[0] as accepted,
    ):
        yield server, client, accepted


def test_the_kernels_own_table(
    connection: tuple[socket.socket, socket.socket, socket.socket],
) -> None:
    def inode(end: socket.socket) -> int:
        return os.fstat(end.fileno()).st_ino

    server, client, accepted = connection
    table = read_namespace("/proc/self/net")
    if inode(server) not in table:
        pytest.skip("this kernel's /proc/net/tcp has no inodes of fstat(2)")
    assert table[inode(server)]["dest_port"] == server.getsockname()[1]
    mine = table[inode(client)]
    assert (mine["role"], mine["source_port"]) == (ROLE_CLIENT, client.getsockname()[1])
    theirs = table[inode(accepted)]
    assert theirs["role"] == ROLE_SERVER
    assert {key: theirs[key] for key in mine if key != "role"} == {
        key: mine[key] for key in mine if key != "role"
    }

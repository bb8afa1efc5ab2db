# SPDX-License-Identifier: Apache-2.0
"""Sockets of a network namespace by inode, from the tables below /proc/PID/net.

Source of the columns: Linux net/ipv4/tcp_ipv4.c, udp.c, raw.c, net/unix/af_unix.c,
net/netlink/af_netlink.c.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from typing import Any

from falcomod.engine.state.tables import FD_TYPES

AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16
L4_NONE, L4_TCP, L4_UDP, L4_ICMP, L4_RAW = 1, 2, 3, 4, 5
ROLE_NONE, ROLE_CLIENT, ROLE_SERVER = 0, 1, 2

TCP_ESTABLISHED, TCP_LISTEN = 1, 10  # udp(7) uses the first for connected sockets

Facts = dict[str, Any]  # arguments of State.seed_fd()


class Sockets:
    """Sockets of the namespaces of any number of processes, each namespace read once."""

    def __init__(self, proc: str) -> None:
        self._proc = proc
        self._namespaces: dict[str, dict[int, Facts]] = {}

    def find(self, pid: int, namespace: str, inode: int) -> Facts | None:
        """What is known about a socket of the process; *namespace* is its network's name."""
        table = self._namespaces.get(namespace)
        if table is None:
            table = read_namespace(f"{self._proc}/{pid}/net")
            self._namespaces[namespace] = table
        return table.get(inode)


def read_namespace(net: str) -> dict[int, Facts]:
    """Every socket that the tables in the directory *net* list, by inode."""
    found: dict[int, Facts] = {}
    for name, family, l4proto in INET_TABLES:
        found.update(_inet(f"{net}/{name}", family, l4proto))
    for fields in _rows(f"{net}/unix", 7):
        found[int(fields[6])] = _unix(fields)
    for fields in _rows(f"{net}/netlink", 10):
        found[int(fields[9])] = {"type": FD_TYPES["netlink"], "family": AF_NETLINK}
    for fields in _rows(f"{net}/packet", 9):
        found[int(fields[8])] = {"type": FD_TYPES["unsupported"]}
    found.pop(0, None)  # a connection that no descriptor stands for any more
    return found


def _rows(path: str, columns: int) -> Iterator[list[str]]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            next(file, None)  # names of the columns
            for line in file:
                fields = line.split(maxsplit=columns)
                if len(fields) >= columns:
                    yield fields
    except OSError:
        return  # a kernel without this protocol, or the process ended


def _unix(fields: list[str]) -> Facts:
    path = fields[7].rstrip("\n") if len(fields) > 7 else None
    return {
        "type": FD_TYPES["unix"],
        "family": AF_UNIX,
        "l4proto": L4_NONE,
        # The kernel shows its addresses only to the privileged: 0 is none.
        "source": struct.pack("<Q", int(fields[0].rstrip(":"), 16)),
        "is_connected": int(fields[5], 16) == 3,  # SS_CONNECTED
        "name": path or None,
    }


def _inet(path: str, family: int, l4proto: int) -> dict[int, Facts]:
    found = {}
    listening: set[int] = set()
    for fields in _rows(path, 10):
        local, local_port = _endpoint(fields[1])
        remote, remote_port = _endpoint(fields[2])
        state = int(fields[3], 16)
        facts: Facts = {"family": family, "l4proto": l4proto}
        if state == TCP_LISTEN or not (remote_port or any(remote)):
            listening.add(local_port)
            facts |= {"type": SERVER_TYPES[family], "role": ROLE_SERVER}
            facts |= {"dest": local, "dest_port": local_port}
        else:
            facts |= {"type": TYPES[family], "is_connected": state == TCP_ESTABLISHED}
            facts |= {"source": local, "source_port": local_port}
            facts |= {"dest": remote, "dest_port": remote_port}
        found[int(fields[9])] = facts
    for facts in found.values():
        if "role" not in facts:
            _assign_role(facts, listening)
    return found


def _assign_role(facts: Facts, listening: set[int]) -> None:
    """Who connected whom is not told: a port that is also listened on is a server's."""
    if facts["source_port"] not in listening:
        facts["role"] = ROLE_CLIENT
        return
    facts["role"] = ROLE_SERVER
    for end in ("", "_port"):
        facts["source" + end], facts["dest" + end] = facts["dest" + end], facts["source" + end]


def _endpoint(text: str) -> tuple[bytes, int]:
    """Address in network order and port of "0100007F:0016": words in the host's order."""
    address, port = text.split(":")
    packed = bytes.fromhex(address)
    if sys.byteorder == "little":
        words = struct.unpack(f">{len(packed) // 4}I", packed)
        packed = struct.pack(f"<{len(words)}I", *words)
    return packed, int(port, 16)


TYPES = {AF_INET: FD_TYPES["ipv4"], AF_INET6: FD_TYPES["ipv6"]}
SERVER_TYPES = {AF_INET: FD_TYPES["ipv4_listening"], AF_INET6: FD_TYPES["ipv6_listening"]}

INET_TABLES = (
    ("tcp", AF_INET, L4_TCP),
    ("tcp6", AF_INET6, L4_TCP),
    ("udp", AF_INET, L4_UDP),
    ("udp6", AF_INET6, L4_UDP),
    ("icmp", AF_INET, L4_ICMP),
    ("icmp6", AF_INET6, L4_ICMP),
    ("raw", AF_INET, L4_RAW),
    ("raw6", AF_INET6, L4_RAW),
)

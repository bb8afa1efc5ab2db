# SPDX-License-Identifier: Apache-2.0
"""Records as a driver would write them, in pure Python.

    build("openat", ts=1, tid=7, fd=3, dirfd="AT_FDCWD", name="/etc/shadow", flags=["O_RDONLY"])

A parameter that is not named is a plausible nothing: 0 for numbers, "" for strings
(so it is present), no bytes for the rest.  ABSENT (also None) leaves any parameter
out.  Values may be given as bytes, which are stored as they are.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from falcomod.engine.decode.schema import (
    EF_LARGE_PAYLOAD,
    EVENTS,
    SYSCALLS,
    EventInfo,
    ParamInfo,
)

HEADER = struct.Struct("<QQIHI")
ABSENT = None
AT_FDCWD = -100

AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
SIGNED = {"INT8", "INT16", "INT32", "INT64", "ERRNO", "FD", "PID", "FD32", "PID32"}
STRINGS = {"CHARBUF", "FSPATH", "FSRELPATH"}
NAMED = {"AT_FDCWD": AT_FDCWD}


def event_of(name: str) -> EventInfo:
    """The event *name* means: an id ("OPENAT_2_E"), or a name's exit event, or its only one."""
    for event in EVENTS.values():
        if event.id == name:
            return event
    candidates = [event for event in EVENTS.values() if event.name == name]
    candidates.sort(key=lambda event: (event.is_exit, event.code))
    if not candidates:
        raise KeyError(f"no event {name!r}")
    return candidates[-1]


def build(
    name: str, /, *, ts: int = 1, tid: int = 1, nparams: int | None = None, **params: Any
) -> bytes:
    """One record. A parameter whose name is also an argument here is given as name_."""
    event = event_of(name)
    given = {key.removesuffix("_"): value for key, value in params.items()}
    known = [param.name for param in event.params]
    unknown = set(given) - set(known)
    if unknown:
        raise KeyError(f"{event.id} has no {sorted(unknown)}, but {known}")
    values = [
        encode(param, given[param.name]) if param.name in given else nothing(param)
        for param in event.params
    ]
    return pack(event, values[:nparams], ts=ts, tid=tid)


def generic(syscall: str, /, *, ts: int = 1, tid: int = 1, native: int | None = None) -> bytes:
    """The record of a system call that has no event of its own."""
    info = SYSCALLS[syscall]
    number = info.x86_64 if native is None else native
    return build("GENERIC_X", ts=ts, tid=tid, ID=info.sc, nativeID=number & 0xFFFF)


def pack(event: EventInfo, values: Iterable[bytes], *, ts: int, tid: int) -> bytes:
    """Header, lengths, parameters."""
    stored = list(values)
    code = "I" if event.flags & EF_LARGE_PAYLOAD else "H"
    lengths = struct.pack(f"<{len(stored)}{code}", *map(len, stored))
    body = lengths + b"".join(stored)
    header = HEADER.pack(ts, tid & (2**64 - 1), HEADER.size + len(body), event.code, len(stored))
    return header + body


def nothing(param: ParamInfo) -> bytes:
    if param.type in STRINGS:
        return b"\0"
    return bytes(param.width)


def encode(param: ParamInfo, value: Any) -> bytes:
    """*value* as the parameter's type stores it."""
    if value is ABSENT:
        return b""
    if isinstance(value, bytes):
        return value
    if param.type in STRINGS:
        return str(value).encode("utf-8", "surrogateescape") + b"\0"
    if param.type in ("BYTEBUF", "CHARBUFARRAY"):
        return str(value).encode() if isinstance(value, str) else strings(value)
    if param.width == 0:
        raise TypeError(f"{param.name}: give a {param.type} as bytes (see sockaddr, socktuple, …)")
    number = number_of(param, value)
    if param.type == "DOUBLE":
        return struct.pack("<d", number)
    limit = 1 << (8 * param.width)
    if param.type in SIGNED:
        return number.to_bytes(param.width, "little", signed=True)
    return (number % limit).to_bytes(param.width, "little")


def number_of(param: ParamInfo, value: Any) -> Any:
    """A number, the name of one, or the union of several names."""
    if isinstance(value, str):
        vocabulary: Mapping[str, int] = param.vocabulary or NAMED
        return vocabulary[value]
    if isinstance(value, (list, tuple, set, frozenset)):
        number = 0
        for name in value:
            number |= number_of(param, name)
        return number
    return value


def strings(items: Iterable[str]) -> bytes:
    """Argument and environment vectors: each string with its NUL."""
    return b"".join(item.encode() + b"\0" for item in items)


def _address(text: str) -> tuple[int, bytes]:
    address = ipaddress.ip_address(text)
    return (AF_INET if address.version == 4 else AF_INET6), address.packed


def sockaddr(address: str, port: int = 0) -> bytes:
    """A SOCKADDR: of an IP address with *port*, else of a unix path."""
    try:
        family, packed = _address(address)
    except ValueError:
        return bytes([AF_UNIX]) + address.encode() + b"\0"
    return bytes([family]) + packed + struct.pack("<H", port)


def socktuple(source: str, sport: int, dest: str, dport: int) -> bytes:
    """A SOCKTUPLE of a connection from *source* to *dest*."""
    family, packed = _address(source)
    other, dest_packed = _address(dest)
    if family != other:
        raise ValueError("both ends are of one family")
    ports = [struct.pack("<H", port) for port in (sport, dport)]
    return bytes([family]) + packed + ports[0] + dest_packed + ports[1]


def unix_tuple(source: int, dest: int, path: str) -> bytes:
    """A SOCKTUPLE of unix sockets: two kernel pointers and a path."""
    return bytes([AF_UNIX]) + struct.pack("<QQ", source, dest) + path.encode() + b"\0"


def fdlist(*pairs: tuple[int, int]) -> bytes:
    """An FDLIST: descriptor and poll flags of each."""
    return struct.pack("<H", len(pairs)) + b"".join(struct.pack("<qh", *pair) for pair in pairs)


def dyn(index: int, value: bytes) -> bytes:
    """A DYN value: the layout's index, then the value in that layout."""
    return bytes([index]) + value

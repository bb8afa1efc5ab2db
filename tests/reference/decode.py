# SPDX-License-Identifier: Apache-2.0
"""Records to Python values, one parameter at a time: the twin of falcomod.engine.decode.

What a record looks like is said in driver/uapi/falcomod_record.h; how a parameter is
encoded follows from its type alone. An absent parameter (length 0) is None for every
type.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.reference import tables

HEADER = struct.Struct("<QqIHI")  # ts, tid, len, type, nparams
PARAMS_MAX = 32


class CorruptError(Exception):
    """A record that is refused; fault is the name of the engine's counter."""

    def __init__(self, fault: str, size: int | None = None) -> None:
        super().__init__(fault)
        self.fault = fault
        self.size = size  # bytes to skip; None: unknown, nothing after it can be read


class Inet(NamedTuple):
    """SOCKADDR of INET and INET6."""

    ip: str
    port: int


class Unix(NamedTuple):
    """SOCKADDR of UNIX."""

    path: str


class InetTuple(NamedTuple):
    """SOCKTUPLE of INET and INET6; the source is the side that began to talk."""

    source: Inet
    destination: Inet


class UnixTuple(NamedTuple):
    """SOCKTUPLE of UNIX; the numbers are kernel addresses."""

    source: int
    destination: int
    path: str


class Dyn(NamedTuple):
    """DYN: which layout, and the value read so."""

    layout: int
    value: Any


@dataclass(frozen=True, kw_only=True)
class Record:
    ts: int  # ns since the epoch
    tid: int
    size: int  # bytes
    event: tables.Event
    raw: dict[str, bytes]
    params: dict[str, Any]


def records(data: bytes) -> Iterator[Record | CorruptError]:
    """Every record of a run of bytes; ends after a fault that hides where the next begins."""
    at = 0
    while at < len(data):
        try:
            record = decode(data[at:])
        except CorruptError as error:
            yield error
            if error.size is None:
                return
            at += error.size
        else:
            yield record
            at += record.size


def decode(data: bytes) -> Record:
    """The record at the start of data; raises CorruptError."""
    if len(data) < HEADER.size:
        raise CorruptError("length")
    ts, tid, size, code, nparams = HEADER.unpack_from(data)
    if not HEADER.size <= size <= len(data):
        raise CorruptError("length")
    event = tables.events().get(code)
    if event is None:
        raise CorruptError("type", size)
    if nparams > min(len(event.params), PARAMS_MAX):
        raise CorruptError("count", size)
    raw = _slices(data[:size], event, nparams)
    if raw is None:
        raise CorruptError("sizes", size)
    for fault in ("width", "string"):
        if any(_fault(param, raw[param.name]) == fault for param in event.params[:nparams]):
            raise CorruptError(fault, size)
    params = {param.name: _value(param, raw[param.name]) for param in event.params[:nparams]}
    return Record(ts=ts, tid=tid, size=size, event=event, raw=raw, params=params)


def _slices(record: bytes, event: tables.Event, nparams: int) -> dict[str, bytes] | None:
    """The bytes of each parameter, or None when the lengths do not add up."""
    letter = "I" if "FM_EF_LARGE_PAYLOAD" in event.flags else "H"
    lengths = struct.Struct(f"<{nparams}{letter}")
    at = HEADER.size + lengths.size
    if at > len(record):
        return None
    sizes = lengths.unpack_from(record, HEADER.size)
    if at + sum(sizes) != len(record):
        return None
    raw = {}
    for param, size in zip(event.params, sizes, strict=False):
        raw[param.name] = record[at : at + size]
        at += size
    return raw


def _fault(param: tables.Param, raw: bytes) -> str | None:
    """What is wrong with a parameter's bytes, if anything."""
    if not raw:
        return None
    if param.type in NUMBERS and len(raw) != struct.calcsize(NUMBERS[param.type]):
        return "width"
    if param.type == "IPV6ADDR" and len(raw) != 16:
        return "width"
    if param.type in STRINGS and raw.find(b"\0") != len(raw) - 1:
        return "string"
    return None


def _value(param: tables.Param, raw: bytes) -> Any:
    if not raw or (param.type in STRINGS and raw == b"(NULL)\0"):
        return None
    if param.type in NUMBERS:
        return struct.unpack(NUMBERS[param.type], raw)[0]
    if param.type in STRINGS:
        return _text(raw)
    if param.type == "DYN":
        return _dyn(param, raw)
    return COMPOSITES[param.type](raw)


def _text(raw: bytes) -> str:
    """A string up to its NUL."""
    return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def texts(raw: bytes) -> list[str]:
    """Strings of an argument vector, environment or list of cgroups."""
    return [_text(part) for part in raw.removesuffix(b"\0").split(b"\0")]


def _sockaddr(raw: bytes) -> Inet | Unix | bytes:
    """Bytes that follow no known layout are handed on as they are."""
    if raw[0] == socket.AF_INET and len(raw) == 7:
        return Inet(socket.inet_ntop(socket.AF_INET, raw[1:5]), _port(raw, 5))
    if raw[0] == socket.AF_INET6 and len(raw) == 19:
        return Inet(socket.inet_ntop(socket.AF_INET6, raw[1:17]), _port(raw, 17))
    if raw[0] == socket.AF_UNIX and len(raw) >= 2:
        return Unix(_text(raw[1:]))
    return raw


def _socktuple(raw: bytes) -> InetTuple | UnixTuple | bytes:
    """Bytes that follow no known layout are handed on as they are."""
    for family, width in ((socket.AF_INET, 4), (socket.AF_INET6, 16)):
        if raw[0] == family and len(raw) == 1 + 2 * (width + 2):
            half = 1 + width + 2
            return InetTuple(_inet(family, raw[1:half]), _inet(family, raw[half:]))
    if raw[0] == socket.AF_UNIX and len(raw) >= 18:
        source, destination = struct.unpack_from("<QQ", raw, 1)
        return UnixTuple(source, destination, _text(raw[17:]))
    return raw


def _inet(family: int, raw: bytes) -> Inet:
    return Inet(socket.inet_ntop(family, raw[:-2]), _port(raw, len(raw) - 2))


def _port(raw: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", raw, at)[0])


def _fdlist(raw: bytes) -> list[tuple[int, int]] | bytes:
    count = int(struct.unpack_from("<H", raw)[0]) if len(raw) >= 2 else -1
    if len(raw) != 2 + 10 * count:
        return raw
    return [struct.unpack_from("<qh", raw, 2 + 10 * n) for n in range(count)]


def _dyn(param: tables.Param, raw: bytes) -> Dyn:
    """A value whose width is not that of its layout stays bytes."""
    layout, value = raw[0], raw[1:]
    formats = DYN[param.layouts or ""]
    form = formats[layout] if layout < len(formats) else "bytes"
    if form == "text":
        return Dyn(layout, _text(value))
    if form == "bytes" or struct.calcsize(form) != len(value):
        return Dyn(layout, value)
    return Dyn(layout, struct.unpack(form, value)[0])


NUMBERS = {
    "INT8": "<b",
    "INT16": "<h",
    "INT32": "<i",
    "INT64": "<q",
    "UINT8": "<B",
    "UINT16": "<H",
    "UINT32": "<I",
    "UINT64": "<Q",
    "ERRNO": "<q",
    "FD": "<q",
    "PID": "<q",
    "FD32": "<i",
    "PID32": "<i",
    "SYSCALLID": "<H",
    "SIGTYPE": "<B",
    "RELTIME": "<Q",
    "ABSTIME": "<Q",
    "PORT": "<H",
    "L4PROTO": "<B",
    "SOCKFAMILY": "<B",
    "BOOL": "<I",
    "FLAGS8": "<B",
    "FLAGS16": "<H",
    "FLAGS32": "<I",
    "ENUMFLAGS8": "<B",
    "ENUMFLAGS16": "<H",
    "ENUMFLAGS32": "<I",
    "MODE": "<I",
    "UID": "<I",
    "GID": "<I",
    "DOUBLE": "<d",
    "SIGSET": "<I",
    "IPV4ADDR": "<I",
}
STRINGS = {"CHARBUF", "FSPATH", "FSRELPATH"}
COMPOSITES: dict[str, Callable[[bytes], Any]] = {
    "BYTEBUF": bytes,
    "SOCKADDR": _sockaddr,
    "SOCKTUPLE": _socktuple,
    "FDLIST": _fdlist,
    "CHARBUFARRAY": texts,
    "IPV6ADDR": bytes,
}
# Layouts of a DYN by its leading byte (driver/uapi/falcomod_events.h).
DYN = {
    "sockopt_dynamic_param": ("bytes", "<q", "<I", "<Q", "<Q"),
    "ptrace_dynamic_param": ("<Q", "<B"),
    "keyctl_dynamic_param": ("<q", "text"),
}

# SPDX-License-Identifier: Apache-2.0
"""Python's face of the typed accessors of params.pxd, for tests and tools."""

from falcomod.engine.decode.event cimport FAULT_NONE, Event, decode
from falcomod.engine.types cimport Str


def read_number(data: bytes, index: int, kind: str, default: int) -> int:
    """The number at *index* of the record in *data*, read as *kind* ("i64", "u8" …)."""
    cdef Event event
    checked(data, &event)
    if kind == "i64":
        return param_i64(&event, index, default)
    if kind == "u64":
        return param_u64(&event, index, default)
    if kind == "i32":
        return param_i32(&event, index, default)
    if kind == "u32":
        return param_u32(&event, index, default)
    if kind == "u16":
        return param_u16(&event, index, default)
    if kind == "u8":
        return param_u8(&event, index, default)
    raise ValueError(kind)


def read_text(data: bytes, index: int) -> bytes | None:
    """The string at *index* without its NUL; None: absent."""
    cdef Event event
    checked(data, &event)
    return bytes_of(param_str(&event, index))


def read_bytes(data: bytes, index: int) -> bytes | None:
    """The bytes at *index* as they are stored; None: absent."""
    cdef Event event
    checked(data, &event)
    return bytes_of(param_bytes(&event, index))


def read_sockaddr(data: bytes, index: int) -> tuple | None:
    """(family, address, port, path) of the SOCKADDR at *index*; None where there is none."""
    cdef Event event
    cdef SockAddr address
    checked(data, &event)
    if not param_sockaddr(&event, index, &address):
        return None
    packed = (<const char *>address.address)[:address.address_size]
    return address.family, packed, address.port, bytes_of(address.path)


def read_socktuple(data: bytes, index: int) -> tuple | None:
    """(family, source, port, dest, port, pointers, path) of the SOCKTUPLE at *index*, or None."""
    cdef Event event
    cdef SockTuple ends
    checked(data, &event)
    if not param_socktuple(&event, index, &ends):
        return None
    return (
        ends.family,
        (<const char *>ends.source)[:ends.address_size],
        ends.source_port,
        (<const char *>ends.dest)[:ends.address_size],
        ends.dest_port,
        (ends.source_pointer, ends.dest_pointer),
        bytes_of(ends.path),
    )


cdef object bytes_of(Str text):
    return None if text.data == NULL else text.data[:text.size]


cdef int checked(bytes data, Event *event) except -1:
    if decode(data, len(data), event) != FAULT_NONE:
        raise ValueError("a record that decode() refuses")
    return 0

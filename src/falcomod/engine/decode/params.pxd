# SPDX-License-Identifier: Apache-2.0
"""Typed access to the parameters of a decoded event.

An absent parameter gives the default that the caller names, or 0.  The stored width
is compared each time: an accessor of the wrong type reads nothing.

decode() has checked numbers and strings; the inside of SOCKADDR, SOCKTUPLE, FDLIST
and DYN is checked here, where it is taken apart.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy

from falcomod.engine.decode.event cimport Event
from falcomod.engine.types cimport Str

cdef enum:
    ADDRESS_FAMILY_UNIX = 1      # PPM_AF_…, the same numbers as Linux's
    ADDRESS_FAMILY_INET = 2
    ADDRESS_FAMILY_INET6 = 10


cdef inline bint param_present(const Event *event, uint32_t index) noexcept nogil:
    return event.param_size[index] != 0


cdef inline int64_t param_i64(
    const Event *event, uint32_t index, int64_t default
) noexcept nogil:
    cdef int64_t value
    if event.param_size[index] != sizeof(int64_t):
        return default
    memcpy(&value, event.param[index], sizeof(value))
    return value


cdef inline uint64_t param_u64(
    const Event *event, uint32_t index, uint64_t default
) noexcept nogil:
    return <uint64_t>param_i64(event, index, <int64_t>default)


cdef inline uint32_t param_u32(
    const Event *event, uint32_t index, uint32_t default
) noexcept nogil:
    cdef uint32_t value
    if event.param_size[index] != sizeof(uint32_t):
        return default
    memcpy(&value, event.param[index], sizeof(value))
    return value


cdef inline int32_t param_i32(
    const Event *event, uint32_t index, int32_t default
) noexcept nogil:
    return <int32_t>param_u32(event, index, <uint32_t>default)


cdef inline uint16_t param_u16(
    const Event *event, uint32_t index, uint16_t default
) noexcept nogil:
    cdef uint16_t value
    if event.param_size[index] != sizeof(uint16_t):
        return default
    memcpy(&value, event.param[index], sizeof(value))
    return value


cdef inline uint8_t param_u8(
    const Event *event, uint32_t index, uint8_t default
) noexcept nogil:
    if event.param_size[index] != sizeof(uint8_t):
        return default
    return event.param[index][0]


# The bytes as they are stored; data NULL: absent.
cdef inline Str param_bytes(const Event *event, uint32_t index) noexcept nogil:
    cdef Str text
    text.size = event.param_size[index]
    text.data = <const char *>event.param[index] if text.size else NULL
    return text


# A string (CHARBUF, FSPATH, FSRELPATH) without its NUL; data NULL: absent, size 0: "".
cdef inline Str param_str(const Event *event, uint32_t index) noexcept nogil:
    cdef Str text = param_bytes(event, index)
    if text.size:
        text.size -= 1
    return text


# A SOCKADDR taken apart; pointers into the record.
cdef struct SockAddr:
    uint8_t family               # ADDRESS_FAMILY_…
    uint16_t port                # host order; INET and INET6
    uint8_t address_size         # 4 or 16; 0 for UNIX
    const uint8_t *address       # network order
    Str path                     # UNIX


# A SOCKTUPLE taken apart: source is the side that began, dest the other one.
cdef struct SockTuple:
    uint8_t family
    uint16_t source_port         # host order; INET and INET6
    uint16_t dest_port
    uint8_t address_size         # 4 or 16; 0 for UNIX
    const uint8_t *source        # network order
    const uint8_t *dest
    uint64_t source_pointer      # UNIX: kernel's socket addresses, opaque
    uint64_t dest_pointer
    Str path                     # UNIX


# The path at the end of a unix address: all of text but its NUL, which may be missing.
cdef inline Str unix_path(const uint8_t *data, uint32_t size) noexcept nogil:
    cdef Str path
    cdef const uint8_t *end = <const uint8_t *>memchr(data, 0, size) if size else NULL
    path.data = <const char *>data
    path.size = <uint32_t>(end - data) if end != NULL else size
    return path


# 1, or 0 when the address is absent, of another family or not of its family's length.
cdef inline bint param_sockaddr(
    const Event *event, uint32_t index, SockAddr *out
) noexcept nogil:
    cdef uint32_t size = event.param_size[index]
    cdef const uint8_t *data = event.param[index]
    if size == 0:
        return False
    out.family = data[0]
    out.port = 0
    out.address_size = 0
    out.address = NULL
    out.path.data = NULL
    out.path.size = 0
    if out.family == ADDRESS_FAMILY_UNIX:
        out.path = unix_path(data + 1, size - 1)
        return True
    if out.family == ADDRESS_FAMILY_INET and size == 7:
        out.address_size = 4
    elif out.family == ADDRESS_FAMILY_INET6 and size == 19:
        out.address_size = 16
    else:
        return False
    out.address = data + 1
    memcpy(&out.port, data + 1 + out.address_size, sizeof(uint16_t))
    return True


# 1, or 0 likewise.
cdef inline bint param_socktuple(
    const Event *event, uint32_t index, SockTuple *out
) noexcept nogil:
    cdef uint32_t size = event.param_size[index]
    cdef const uint8_t *data = event.param[index]
    if size == 0:
        return False
    out.family = data[0]
    out.source_port = 0
    out.dest_port = 0
    out.address_size = 0
    out.source = NULL
    out.dest = NULL
    out.source_pointer = 0
    out.dest_pointer = 0
    out.path.data = NULL
    out.path.size = 0
    if out.family == ADDRESS_FAMILY_UNIX and size >= 17:
        memcpy(&out.source_pointer, data + 1, sizeof(uint64_t))
        memcpy(&out.dest_pointer, data + 9, sizeof(uint64_t))
        out.path = unix_path(data + 17, size - 17)
        return True
    if out.family == ADDRESS_FAMILY_INET and size == 13:
        out.address_size = 4
    elif out.family == ADDRESS_FAMILY_INET6 and size == 37:
        out.address_size = 16
    else:
        return False
    out.source = data + 1
    memcpy(&out.source_port, out.source + out.address_size, sizeof(uint16_t))
    out.dest = out.source + out.address_size + sizeof(uint16_t)
    memcpy(&out.dest_port, out.dest + out.address_size, sizeof(uint16_t))
    return True

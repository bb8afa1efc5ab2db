# SPDX-License-Identifier: Apache-2.0
"""Checks of IP addresses and networks.

A value is 4 or 16 bytes in network order.  An address of the other family is
different, never an error: = is false and != is true.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from falcomod.engine.match.matcher cimport Constant, Matcher, comparison, matcher_new
from falcomod.engine.match.textset cimport TextSet, TextSetOwner, textset_has, textset_new
from falcomod.engine.types cimport Value

import socket

from falcomod.errors import CheckError

cdef struct Net:
    uint32_t size                # bytes of an address: 4 or 16
    uint32_t bits                # of the prefix
    uint8_t address[16]


cdef class NetsOwner:
    """Memory of a list of networks."""

    cdef Net *nets

    def __cinit__(self, size_t count):
        self.nets = <Net *>calloc(count + 1, sizeof(Net))
        if self.nets is NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.nets)


cdef bint equal(const Constant *constant, const Value *value) noexcept nogil:
    return (
        value.text.size == constant.text.size
        and memcmp(value.text.data, constant.text.data, constant.text.size) == 0
    )


cdef bint differs(const Constant *constant, const Value *value) noexcept nogil:
    return not equal(constant, value)


cdef bint member(const Constant *constant, const Value *value) noexcept nogil:
    return textset_has(<const TextSet *>constant.table, value.text.data, value.text.size)


cdef bint inside(const Constant *constant, const Value *value) noexcept nogil:
    # table is an array of Net, number its length.
    cdef const Net *nets = <const Net *>constant.table
    cdef int64_t i
    for i in range(constant.number):
        if _covers(&nets[i], value):
            return True
    return False


cdef bint outside(const Constant *constant, const Value *value) noexcept nogil:
    return not inside(constant, value)


cdef inline bint _covers(const Net *net, const Value *value) noexcept nogil:
    cdef uint32_t whole = net.bits >> 3
    cdef uint32_t rest = net.bits & 7
    if value.text.size != net.size or memcmp(value.text.data, net.address, whole) != 0:
        return False
    return rest == 0 or (<uint8_t>value.text.data[whole] ^ net.address[whole]) >> (8 - rest) == 0


def address(int kind, str operator, values) -> Matcher:
    """A check of an address."""
    cdef Matcher matcher = matcher_new(ADDRESS[operator])
    cdef TextSetOwner members
    cdef bytes packed
    addresses = [_parse_address(value) for value in values]
    if operator in ("in", "intersects"):
        members = textset_new(addresses)
        matcher.owned = members
        matcher.constant.table = &members.table
    else:
        packed = addresses[0]
        matcher.owned = packed
        matcher.constant.text.data = PyBytes_AS_STRING(packed)
        matcher.constant.text.size = <uint32_t>PyBytes_GET_SIZE(packed)
    return matcher


def between_addresses(int kind) -> dict:
    """Rows for another field on the right side, which is a list of one."""
    return ADDRESS | {"in": ADDRESS["="], "intersects": ADDRESS["="]}


def between_nets(int kind) -> dict:
    """There is no field whose value would be a network."""
    return {}


def net(int kind, str operator, values) -> Matcher:
    """A check whether an address lies in a network, or in any of several."""
    cdef Matcher matcher = matcher_new(NET[operator])
    cdef NetsOwner owner = NetsOwner(len(values))
    cdef uint32_t i
    cdef bytes packed
    for i in range(<uint32_t>len(values)):
        packed, bits = _parse_net(values[i])
        owner.nets[i].size = <uint32_t>len(packed)
        owner.nets[i].bits = bits
        memcpy(owner.nets[i].address, PyBytes_AS_STRING(packed), len(packed))
    matcher.owned = owner
    matcher.constant.table = owner.nets
    matcher.constant.number = len(values)
    return matcher


cdef bytes _parse_address(str text):
    family, name = (socket.AF_INET, "IPv4") if "." in text and ":" not in text else (socket.AF_INET6, "IPv6")
    try:
        return socket.inet_pton(family, text)
    except (OSError, ValueError):
        raise CheckError(f"unrecognized {name} address '{text}'") from None


cdef tuple _parse_net(str text):
    address, slash, length = text.partition("/")
    if not (slash and length.isascii() and length.isdigit()):
        raise CheckError(f"unrecognized IP network '{text}': expected an address, a slash and a prefix length")
    packed = _parse_address(address)
    if len(length) > 3 or int(length) > 8 * len(packed):
        raise CheckError(f"unrecognized IP network '{text}': the prefix can have at most {8 * len(packed)} bits")
    return packed, int(length)


ADDRESS = {
    "=": comparison(equal, 2, 5),
    "!=": comparison(differs, 2, 95),
    "in": comparison(member, 6, 10),
    "intersects": comparison(member, 6, 10),
}

NET = {
    "=": comparison(inside, 5, 20),
    "!=": comparison(outside, 5, 80),
    "in": comparison(inside, 10, 20),
    "intersects": comparison(inside, 10, 20),
}

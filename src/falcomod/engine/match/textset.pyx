# SPDX-License-Identifier: Apache-2.0
"""A set of texts, made at load and only read afterwards.

Members come from rules, so nobody outside can crowd one hash: a value decides
where the search begins, never how long the run of taken slots there is.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from falcomod.engine.types cimport Str


cdef class TextSetOwner:

    def __cinit__(self, members):
        cdef uint32_t slots = 4
        self.members = tuple(dict.fromkeys(members))
        while slots < 2 * len(self.members):
            slots *= 2
        self.table.slots = <Str *>calloc(slots, sizeof(Str))
        if self.table.slots is NULL:
            raise MemoryError
        self.table.mask = slots - 1
        for member in self.members:
            _insert(&self.table, PyBytes_AS_STRING(member), <uint32_t>PyBytes_GET_SIZE(member))

    def __dealloc__(self):
        free(self.table.slots)


cdef TextSetOwner textset_new(members):
    """A set of bytes objects."""
    return TextSetOwner.__new__(TextSetOwner, members)


cdef bint textset_has(const TextSet *table, const char *data, uint32_t size) noexcept nogil:
    cdef uint32_t slot
    if not (table.sizes >> (size & 63)) & 1:
        return False
    slot = <uint32_t>_hash(data, size) & table.mask
    while table.slots[slot].data is not NULL:
        if table.slots[slot].size == size and memcmp(table.slots[slot].data, data, size) == 0:
            return True
        slot = (slot + 1) & table.mask
    return False


cdef void _insert(TextSet *table, const char *data, uint32_t size) noexcept:
    cdef uint32_t slot = <uint32_t>_hash(data, size) & table.mask
    while table.slots[slot].data is not NULL:
        slot = (slot + 1) & table.mask
    table.slots[slot].data = data
    table.slots[slot].size = size
    table.sizes |= <uint64_t>1 << (size & 63)


# Eight bytes at a time, mixed by a multiplication with an odd constant (2^64 divided
# by the golden ratio) whose high half comes back down by the shift.
cdef inline uint64_t _hash(const char *data, uint32_t size) noexcept nogil:
    cdef uint64_t value = size
    cdef uint64_t word
    while size >= 8:
        memcpy(&word, data, 8)
        value = (value ^ word) * <uint64_t>0x9E3779B97F4A7C15
        value ^= value >> 32
        data += 8
        size -= 8
    if size:
        word = 0
        memcpy(&word, data, size)
        value = (value ^ word) * <uint64_t>0x9E3779B97F4A7C15
        value ^= value >> 32
    return value

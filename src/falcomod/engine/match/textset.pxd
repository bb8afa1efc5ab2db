# SPDX-License-Identifier: Apache-2.0
"""A set of texts, compared with a value at once."""

from libc.stdint cimport uint32_t, uint64_t

from falcomod.engine.types cimport Str

cdef struct TextSet:
    uint64_t sizes               # bit s: a member has s bytes, modulo 64; most other texts are not even hashed
    uint32_t mask                # slots - 1; a power of two of them, at most half of them taken
    Str *slots                   # open addressing by hash; data NULL: empty


cdef class TextSetOwner:
    cdef TextSet table
    cdef tuple members           # bytes objects that the slots point into

cdef TextSetOwner textset_new(members)
cdef bint textset_has(const TextSet *table, const char *data, uint32_t size) noexcept nogil

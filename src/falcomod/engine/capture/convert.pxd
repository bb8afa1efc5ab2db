# SPDX-License-Identifier: Apache-2.0
"""Records of older generations, made into records of the current schema."""

cimport cython
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine.capture.enters cimport Enters

# What became of a record.
cdef enum:
    CONVERT_PASS = 0             # it is current: out is data
    CONVERT_MADE = 1             # out is a new record, valid until the next call
    CONVERT_DROP = 2             # it is no event any more: an enter, unused, of unknown code
    CONVERT_CORRUPT = 3          # it cannot be read, or no conversion of it is known


@cython.final
cdef class Converter:
    """Converts the records of one file, in their order."""

    cdef Enters enters
    cdef uint8_t *made           # the record made last
    cdef uint32_t room           # bytes at made
    cdef uint64_t counts[16]     # by what convert.pyx counts

    # The record at data, which may lie at any address and ends at data + size or before; nothing
    # beyond is read. has_nparams: 0 for blocks of version 1, whose header lacks that member.
    # CONVERT_…; out and out_size are set by PASS and MADE. Raises MemoryError.
    cdef int convert(
        self, const uint8_t *data, uint32_t size, bint has_nparams,
        const uint8_t **out, uint32_t *out_size,
    ) except -1 nogil
    # A further section begins: nothing is remembered but the counters.
    cdef void clear(self) noexcept nogil

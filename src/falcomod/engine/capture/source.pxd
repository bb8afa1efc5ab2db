# SPDX-License-Identifier: Apache-2.0
"""Where records come from, as the loop sees it."""

from libc.stdint cimport uint8_t, uint16_t, uint64_t


cdef struct Record:
    const uint8_t *data          # valid until the next refill()
    uint64_t size                # bytes that may be read from data on; the record itself may be shorter
    uint16_t cpu


cdef class Source:
    """Records in order of time, a batch after the other."""

    cdef readonly str name       # "kmod", "replay"

    # The next record of the batch: 1, or 0 at its end.
    cdef int next(self, Record *out) except -1 nogil
    # Moves past the record that next() gave; size is its length by the decoder.
    cdef int consume(self, uint64_t size) except -1 nogil
    # Ends the batch (its memory goes back to the driver) and begins another, waiting at most timeout_ms for
    # it: 1, or 0 when there is nothing, or -2 when there never will be again (end of a replay).
    cdef int refill(self, int timeout_ms) except -1 nogil

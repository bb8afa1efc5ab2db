# SPDX-License-Identifier: Apache-2.0
"""Where records come from, as the loop sees it."""

cimport cython
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine.capture.merge cimport Merge, Record

# What refill() says.
cdef enum:
    REFILL_END = -2              # there will never be a record again
    REFILL_NOTHING = 0           # none in the time allowed, or a signal came
    REFILL_BATCH = 1

# The clock that records are stamped with.
cdef uint64_t wall_clock_ns() noexcept nogil
cdef void sleep_ns(uint64_t duration_ns) noexcept nogil
# 1 when the driver has records, 0 when the time is over or a signal came. Raises DriverError.
cdef int wait_readable(int fd, int timeout_ms) except -1 nogil

# What counters() tells, nothing counted yet; and losses of a reason and class added to it.
cdef dict no_counts()
cdef int add_lost(dict counts, int reason, int kind, uint64_t lost) except -1


cdef class Source:
    """Records in order of time, a batch after the other."""

    cdef readonly str name       # "kmod", "replay"

    # The next record of the batch: 1, or 0 at its end.
    cdef int next(self, Record *out) except -1 nogil
    # Moves past the record that next() gave; size is its length by the decoder.
    cdef int consume(self, uint64_t size) except -1 nogil
    # Moves past a record whose length cannot be believed, and so past everything behind it.
    cdef int drop_rest(self) except -1 nogil
    # Ends the batch (its memory goes back to the driver) and begins another, waiting at most
    # timeout_ms for it: REFILL_….
    cdef int refill(self, int timeout_ms) except -1 nogil


cdef class RingSource(Source):
    """Rings in a file that is not a driver's device: nothing is waited for."""

    cdef Merge merge


@cython.final
cdef class KmodSource(RingSource):
    """The kernel module's rings."""

    cdef int fd                  # of the device, -1: closed
    cdef uint32_t generation     # cpus_generation that the mappings belong to
    cdef uint64_t checked_ns     # when that was last compared
    cdef dict last_counters      # what counters() says after close()

    cdef int check_cpus(self) except -1 nogil
    cdef int map_cpus(self) except -1


@cython.final
cdef class ReplaySource(Source):
    """Records from memory."""

    cdef bytes data
    cdef const uint8_t *start    # of data
    cdef uint64_t *ends          # where each piece of data ends; a piece's fault ends with it
    cdef uint32_t pieces
    cdef uint32_t piece          # that position is in
    cdef uint64_t position
    cdef uint64_t passes         # left, the current one not counted

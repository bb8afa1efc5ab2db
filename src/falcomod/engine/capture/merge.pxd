# SPDX-License-Identifier: Apache-2.0
"""The records of all CPUs in order of time."""

cimport cython
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine.capture.ring cimport Ring


cdef struct Record:
    const uint8_t *data          # valid until consume()
    uint64_t size                # bytes that may be read from data on; the record itself may be shorter
    uint16_t cpu
    uint8_t is_state_only        # 1: changes the state, but is no event to the rules


@cython.final
cdef class Merge:
    """Rings of several CPUs, read as one stream."""

    cdef Ring *rings             # count of them
    cdef uint32_t *heap          # indices of rings with something to read, the oldest first
    cdef uint32_t count
    cdef uint32_t waiting        # entries of heap
    cdef uint64_t horizon_ns     # younger records are held back
    cdef uint64_t last_ts_ns     # of the record handed out last
    cdef readonly uint64_t out_of_order      # records older than one handed out before

    cdef int attach(self, int fd, uint32_t cpu, uint64_t data_size) except -1
    # The same for a BPF ring buffer.
    cdef int attach_bpf(self, int fd, uint64_t data_size) except -1
    # Maps nothing any more; counters are gone with the rings.
    cdef void detach(self) noexcept nogil
    # Looks at all heads at now_ns (wall clock): 1 when a record can be handed out.
    cdef int snapshot(self, uint64_t now_ns) noexcept nogil
    # The oldest record: 1, or 0 at the end of the batch.
    cdef int next(self, Record *out) noexcept nogil
    # Passes size bytes of the ring that next() named; at most what is there.
    cdef void consume(self, uint64_t size) noexcept nogil
    # Passes what cannot be told apart: the rest of that ring's batch, or one record of a BPF ring.
    cdef void drop_rest(self) noexcept nogil
    # Gives the space of everything consumed back to the producers.
    cdef void publish(self) noexcept nogil

    # Private.
    cdef Ring *more_room(self) except NULL
    cdef void passed(self) noexcept nogil
    cdef bint is_held(self) noexcept nogil
    cdef void stamp(self, uint32_t index) noexcept nogil
    cdef void sift_down(self, uint32_t hole) noexcept nogil
    cdef bint older(self, uint32_t one, uint32_t other) noexcept nogil

# SPDX-License-Identifier: Apache-2.0
"""One CPU's ring, as its consumer sees it (driver/uapi/falcomod_ring.h)."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from falcomod.engine._uapi cimport fm_ring_control


cdef struct Ring:
    fm_ring_control *control     # mapped; the kernel's words are read only through ring_snapshot()
    const uint8_t *data          # mapped twice back to back, 2 * data_size bytes
    uint64_t data_size           # a power of two
    uint64_t position            # read up to here
    uint64_t head                # written up to here, as last believed
    uint64_t published           # tail as the producer knows it
    uint64_t refused             # heads that cannot be
    uint64_t ts_ns               # of the record at position; kept by merge
    uint32_t cpu

# Maps the rings of cpu through the open device fd. Raises DriverError.
cdef int ring_map(Ring *ring, int fd, uint32_t cpu, uint64_t data_size) except -1
cdef void ring_unmap(Ring *ring) noexcept nogil
# Looks how far the producer has come.
cdef void ring_snapshot(Ring *ring) noexcept nogil
# Gives the space of everything before position back to the producer.
cdef void ring_publish(Ring *ring) noexcept nogil


cdef inline uint64_t ring_left(const Ring *ring) noexcept nogil:
    return ring.head - ring.position


cdef inline const uint8_t *ring_at(const Ring *ring) noexcept nogil:
    return ring.data + (ring.position & (ring.data_size - 1))

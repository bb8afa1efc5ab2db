# SPDX-License-Identifier: Apache-2.0
"""A ring as its consumer sees it: the module's of one CPU, or a BPF ring buffer.

In the module's (driver/uapi/falcomod_ring.h) records stand back to back.  In a BPF ring
buffer each has a frame: the kernel's header (man 2 bpf, BPF_MAP_TYPE_RINGBUF: u32 length and
flags, u32 offset), the sample's (driver/uapi/falcomod_bpf.h), and padding to 8 bytes.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from falcomod.engine._uapi cimport fm_ring_control


cdef struct Ring:
    fm_ring_control *control     # mapped; NULL: a BPF ring buffer
    const uint64_t *head_word    # the producer's, read only by ring_snapshot()
    uint64_t *tail_word          # ours, written only by ring_publish()
    const uint8_t *data          # mapped twice back to back, 2 * data_size bytes
    uint64_t data_size           # a power of two
    uint64_t position            # read up to here
    uint64_t head                # written up to here, as last believed
    uint64_t published           # tail as the producer knows it
    uint64_t refused             # heads that cannot be
    uint64_t ts_ns               # of the record at position; kept by merge
    uint32_t cpu                 # of the record at position
    uint32_t framed              # bytes from position to the record, 0: the module's ring
    uint64_t step                # bytes of the frame at position
    uint64_t size                # bytes in it that the record may have

# Maps the rings of cpu through the open device fd. Raises DriverError.
cdef int ring_map(Ring *ring, int fd, uint32_t cpu, uint64_t data_size) except -1
# Maps the BPF ring buffer fd of data_size bytes. Raises DriverError.
cdef int ring_map_bpf(Ring *ring, int fd, uint64_t data_size) except -1
cdef void ring_unmap(Ring *ring) noexcept nogil
# Looks how far the producer has come.
cdef void ring_snapshot(Ring *ring) noexcept nogil
# Looks at the frame at position: passes those that were given up, ends what is there at one
# that is still being written.
cdef void ring_open_frame(Ring *ring) noexcept nogil
# Gives the space of everything before position back to the producer.
cdef void ring_publish(Ring *ring) noexcept nogil


cdef inline uint64_t ring_left(const Ring *ring) noexcept nogil:
    return ring.head - ring.position


cdef inline const uint8_t *ring_at(const Ring *ring) noexcept nogil:
    return ring.data + (ring.position & (ring.data_size - 1)) + ring.framed


# Bytes that may be read from there on.
cdef inline uint64_t ring_readable(const Ring *ring) noexcept nogil:
    return ring.size if ring.framed else ring_left(ring)


# Passes the record there, of so many bytes.
cdef inline void ring_pass(Ring *ring, uint64_t size) noexcept nogil:
    ring.position += ring.step if ring.framed else min(size, ring_left(ring))
    if ring.framed:
        ring_open_frame(ring)


# Passes what cannot be told apart: one frame, or everything there is.
cdef inline void ring_pass_rest(Ring *ring) noexcept nogil:
    ring_pass(ring, ring_left(ring))

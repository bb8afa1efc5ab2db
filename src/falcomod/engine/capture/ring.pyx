# SPDX-License-Identifier: Apache-2.0
"""Mapping a ring, and the two words that consumer and producer share.

The control page is the kernel's: what it says is checked all the same, since a
head that cannot be would send the reader outside the mapping.
"""

import os

from libc.errno cimport errno
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset
from posix.mman cimport MAP_FAILED, MAP_SHARED, PROT_READ, PROT_WRITE, mmap, munmap

from falcomod.engine._uapi cimport (
    FM_ABI_VERSION, FM_RING_AREA_CONTROL, FM_RING_AREA_DATA, FM_RING_CONTROL_SIZE,
    FM_RING_SIZE_MAX, fm_bpf_sample, fm_ring_control, fm_ring_offset,
)

from falcomod.errors import DriverError

# All memory order of the engine. Each names its pair in driver/ring.c.
cdef extern from * nogil:
    """
    /* Pairs with the release of head: the records before it are seen whole. */
    static inline uint64_t head_acquire(const uint64_t *head)
    {
        return __atomic_load_n(head, __ATOMIC_ACQUIRE);
    }

    /*
     * Pairs with the exchange by which bpf_ringbuf_output() clears the busy bit: the
     * record is there before the bit says so.
     */
    static inline uint32_t frame_acquire(const void *frame)
    {
        return __atomic_load_n((const uint32_t *)frame, __ATOMIC_ACQUIRE);
    }

    /* Pairs with the acquire of tail: our reads are over before space is used again. */
    static inline void tail_release(uint64_t *tail, uint64_t value)
    {
        __atomic_store_n(tail, value, __ATOMIC_RELEASE);
    }

    /* _uapi.pxd must give the array's bounds as numbers. */
    _Static_assert(FM_LOSS_REASON_MAX == 4 && FM_CLASS_MAX == 11, "_uapi.pxd: lost");
    """
    uint64_t head_acquire(const uint64_t *head)
    uint32_t frame_acquire(const void *frame)
    void tail_release(uint64_t *tail, uint64_t value)

cdef enum:
    FRAME_HEADER = 8             # BPF_RINGBUF_HDR_SZ
    FRAME_DISCARDED = 1 << 30    # BPF_RINGBUF_DISCARD_BIT

cdef uint32_t FRAME_BUSY = <uint32_t>1 << 31    # BPF_RINGBUF_BUSY_BIT
cdef uint32_t FRAME_FLAGS = <uint32_t>3 << 30


cdef int ring_map(Ring *ring, int fd, uint32_t cpu, uint64_t data_size) except -1:
    cdef void *control
    cdef void *data
    if data_size == 0 or data_size & (data_size - 1) or data_size > FM_RING_SIZE_MAX:
        raise DriverError(f"the driver says that a ring has {data_size} bytes")
    control = mmap(
        NULL, FM_RING_CONTROL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
        fm_ring_offset(cpu, FM_RING_AREA_CONTROL),
    )
    if control == MAP_FAILED:
        raise cannot_map(cpu, "control page")
    data = mmap(
        NULL, 2 * data_size, PROT_READ, MAP_SHARED, fd, fm_ring_offset(cpu, FM_RING_AREA_DATA)
    )
    if data == MAP_FAILED:
        error = cannot_map(cpu, "data")
        munmap(control, FM_RING_CONTROL_SIZE)
        raise error
    memset(ring, 0, sizeof(Ring))
    ring.control = <fm_ring_control *>control
    ring.head_word = &ring.control.head
    ring.tail_word = &ring.control.tail
    ring.data = <const uint8_t *>data
    ring.data_size = data_size
    ring.cpu = cpu
    # Only we write the tail: what an earlier mapping left unread is ours.
    ring.position = ring.control.tail
    ring.head = ring.position
    ring.published = ring.position
    return check_control(ring)


cdef int ring_map_bpf(Ring *ring, int fd, uint64_t data_size) except -1:
    cdef size_t page = os.sysconf("SC_PAGE_SIZE")
    cdef void *tail = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
    cdef void *head
    if tail == MAP_FAILED:
        raise DriverError(f"cannot map a BPF ring buffer: {os.strerror(errno)}")
    head = mmap(NULL, page + 2 * data_size, PROT_READ, MAP_SHARED, fd, page)
    if head == MAP_FAILED:
        error = DriverError(f"cannot map a BPF ring buffer: {os.strerror(errno)}")
        munmap(tail, page)
        raise error
    memset(ring, 0, sizeof(Ring))
    ring.head_word = <const uint64_t *>head
    ring.tail_word = <uint64_t *>tail
    ring.data = <const uint8_t *>head + page
    ring.data_size = data_size
    ring.framed = FRAME_HEADER + sizeof(fm_bpf_sample)
    ring.position = ring.tail_word[0]
    ring.head = ring.position
    ring.published = ring.position
    return 0


cdef object cannot_map(uint32_t cpu, str what):
    return DriverError(f"cannot map the {what} of CPU {cpu}: {os.strerror(errno)}")


cdef int check_control(Ring *ring) except -1:
    version, cpu, size = ring.control.abi_version, ring.control.cpu, ring.control.data_size
    if version == FM_ABI_VERSION and cpu == ring.cpu and size == ring.data_size:
        return 0
    expected = (FM_ABI_VERSION, ring.cpu, ring.data_size)
    ring_unmap(ring)
    raise DriverError(
        f"a ring says ABI {version}, CPU {cpu}, {size} bytes; "
        "expected ABI {}, CPU {}, {} bytes".format(*expected)
    )


cdef void ring_unmap(Ring *ring) noexcept nogil:
    cdef size_t page
    if ring.data == NULL:
        return
    if ring.framed:
        page = <size_t>(ring.data - <const uint8_t *>ring.head_word)
        munmap(ring.tail_word, page)
        munmap(<void *>ring.head_word, page + 2 * ring.data_size)
    else:
        munmap(ring.control, FM_RING_CONTROL_SIZE)
        munmap(<void *>ring.data, 2 * ring.data_size)
    ring.control = NULL
    ring.data = NULL


cdef void ring_snapshot(Ring *ring) noexcept nogil:
    cdef uint64_t head = head_acquire(ring.head_word)
    # A head behind position wraps to a huge distance.
    if head - ring.position > ring.data_size or head < ring.head:
        ring.refused += 1
        return
    ring.head = head
    if ring.framed:
        ring_open_frame(ring)


cdef void ring_open_frame(Ring *ring) noexcept nogil:
    cdef const uint8_t *frame
    cdef fm_bpf_sample sample
    cdef uint32_t length
    while ring_left(ring):
        frame = ring.data + (ring.position & (ring.data_size - 1))
        length = frame_acquire(frame)
        if length & FRAME_BUSY:
            ring.head = ring.position
            return
        ring.step = (FRAME_HEADER + <uint64_t>(length & ~FRAME_FLAGS) + 7) & ~<uint64_t>7
        if ring.step > ring_left(ring):
            # The kernel does not write such a thing: go on with what comes behind it.
            ring.refused += 1
            ring.position = ring.head
            return
        if not length & FRAME_DISCARDED and length >= sizeof(sample):
            memcpy(&sample, frame + FRAME_HEADER, sizeof(sample))
            ring.cpu = sample.cpu
            ring.size = length - sizeof(sample)
            return
        ring.position += ring.step


cdef void ring_publish(Ring *ring) noexcept nogil:
    if ring.published == ring.position:
        return
    ring.published = ring.position
    tail_release(ring.tail_word, ring.position)

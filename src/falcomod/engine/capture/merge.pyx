# SPDX-License-Identifier: Apache-2.0
"""k-way merge of the rings by timestamp.

A CPU stamps a record before it commits it.  Heads are read one after the other, so
a record that is still being written on one CPU may be older than one already seen
on another.  Records younger than the moment before the heads were read, less
SLACK_NS for the writing, are therefore held back until the next snapshot.
"""

from libc.stdint cimport UINT64_MAX, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

from falcomod.engine._uapi cimport fm_record_header
from falcomod.engine.capture.ring cimport (
    Ring, ring_at, ring_left, ring_map, ring_map_bpf, ring_pass, ring_pass_rest, ring_publish,
    ring_readable, ring_snapshot, ring_unmap,
)

cdef enum:
    SLACK_NS = 500000            # from stamp to commit, interrupts included
    AHEAD_MAX_NS = 1000000000    # beyond, the wall clock was set back: nothing is held
    PUBLISH_SHARE = 8            # space is given back at the latest after this part of a ring


cdef class Merge:

    def __dealloc__(self):
        self.detach()

    def attach_ring(self, fd: int, cpu: int, data_size: int) -> None:
        """attach(), for tests."""
        self.attach(fd, cpu, data_size)

    def attach_bpf_ring(self, fd: int, data_size: int) -> None:
        """attach_bpf(), for tests."""
        self.attach_bpf(fd, data_size)

    def drain(self, now_ns: int) -> list[tuple[int, bytes]]:
        """(cpu, record) of everything that one snapshot at *now_ns* gives, in order; for tests.

        A record whose length does not fit takes the rest of its ring along, as in the loop.
        """
        cdef Record record
        cdef fm_record_header header
        records = []
        self.snapshot(now_ns)
        while self.next(&record):
            header.len = 0
            if record.size >= sizeof(header):
                memcpy(&header, record.data, sizeof(header))
            if sizeof(header) <= header.len <= record.size:
                records.append((record.cpu, record.data[:header.len]))
                self.consume(header.len)
            else:
                records.append((record.cpu, None))
                self.drop_rest()
        self.publish()
        return records

    def refused_heads(self) -> int:
        """Heads that could not be, over all rings."""
        return sum(self.rings[index].refused for index in range(self.count))

    cdef int attach(self, int fd, uint32_t cpu, uint64_t data_size) except -1:
        ring_map(self.more_room(), fd, cpu, data_size)
        self.count += 1
        return 0

    cdef int attach_bpf(self, int fd, uint64_t data_size) except -1:
        ring_map_bpf(self.more_room(), fd, data_size)
        self.count += 1
        return 0

    cdef Ring *more_room(self) except NULL:
        """Room for one more ring, behind those there are."""
        cdef Ring *rings = <Ring *>realloc(self.rings, (self.count + 1) * sizeof(Ring))
        cdef uint32_t *heap
        if rings == NULL:
            raise MemoryError
        self.rings = rings
        heap = <uint32_t *>realloc(self.heap, (self.count + 1) * sizeof(uint32_t))
        if heap == NULL:
            raise MemoryError
        self.heap = heap
        return &self.rings[self.count]

    cdef void detach(self) noexcept nogil:
        cdef uint32_t index
        for index in range(self.count):
            ring_unmap(&self.rings[index])
        free(self.rings)
        free(self.heap)
        self.rings = NULL
        self.heap = NULL
        self.count = 0
        self.waiting = 0

    cdef int snapshot(self, uint64_t now_ns) noexcept nogil:
        cdef uint32_t index
        # Before the heads are read; within one ring the order is right anyway.
        self.horizon_ns = UINT64_MAX if self.count == 1 else now_ns - SLACK_NS
        self.waiting = 0
        for index in range(self.count):
            ring_snapshot(&self.rings[index])
            if ring_left(&self.rings[index]):
                self.stamp(index)
                self.heap[self.waiting] = index
                self.waiting += 1
        for index in range(self.waiting // 2, 0, -1):
            self.sift_down(index - 1)
        return self.waiting != 0 and not self.is_held()

    cdef int next(self, Record *out) noexcept nogil:
        cdef Ring *ring
        if self.waiting == 0 or self.is_held():
            return 0
        ring = &self.rings[self.heap[0]]
        out.data = ring_at(ring)
        out.size = ring_readable(ring)
        out.cpu = <uint16_t>ring.cpu
        out.is_state_only = 0
        return 1

    cdef void consume(self, uint64_t size) noexcept nogil:
        cdef Ring *ring = &self.rings[self.heap[0]]
        ring_pass(ring, size)
        self.passed()

    cdef void drop_rest(self) noexcept nogil:
        ring_pass_rest(&self.rings[self.heap[0]])
        self.passed()

    cdef void passed(self) noexcept nogil:
        """The oldest ring has moved on: its time, its space, its place among the others."""
        cdef Ring *ring = &self.rings[self.heap[0]]
        if ring.ts_ns < self.last_ts_ns:
            self.out_of_order += 1
        else:
            self.last_ts_ns = ring.ts_ns
        if ring.position - ring.published > ring.data_size / PUBLISH_SHARE:
            ring_publish(ring)
        if ring_left(ring):
            self.stamp(self.heap[0])
        else:
            self.waiting -= 1
            self.heap[0] = self.heap[self.waiting]
        self.sift_down(0)

    cdef void publish(self) noexcept nogil:
        cdef uint32_t index
        for index in range(self.count):
            ring_publish(&self.rings[index])

    cdef bint is_held(self) noexcept nogil:
        """Whether the oldest record is too young to be sure that none is older."""
        cdef uint64_t ts_ns = self.rings[self.heap[0]].ts_ns
        return ts_ns > self.horizon_ns and ts_ns - self.horizon_ns < AHEAD_MAX_NS

    cdef void stamp(self, uint32_t index) noexcept nogil:
        """Reads the time of a ring's next record; one too short for it comes first."""
        cdef Ring *ring = &self.rings[index]
        cdef fm_record_header header
        ring.ts_ns = 0
        if ring_readable(ring) >= sizeof(header):
            memcpy(&header, ring_at(ring), sizeof(header))
            ring.ts_ns = header.ts

    cdef void sift_down(self, uint32_t hole) noexcept nogil:
        cdef uint32_t moved = self.heap[hole] if hole < self.waiting else 0
        cdef uint32_t child
        while True:
            child = 2 * hole + 1
            if child >= self.waiting:
                break
            if child + 1 < self.waiting and self.older(self.heap[child + 1], self.heap[child]):
                child += 1
            if not self.older(self.heap[child], moved):
                break
            self.heap[hole] = self.heap[child]
            hole = child
        if hole < self.waiting:
            self.heap[hole] = moved

    cdef bint older(self, uint32_t one, uint32_t other) noexcept nogil:
        if self.rings[one].ts_ns != self.rings[other].ts_ns:
            return self.rings[one].ts_ns < self.rings[other].ts_ns
        return one < other

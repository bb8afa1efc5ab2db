# SPDX-License-Identifier: Apache-2.0
"""The eBPF driver as a source of records."""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from falcomod.engine._libbpf cimport bpf_link, bpf_object
from falcomod.engine._uapi cimport fm_bpf_cpu, fm_bpf_settings
from falcomod.engine.capture.source cimport RingSource

cdef enum:
    OBJECTS_MAX = 16             # one, and one more for each selection that needed new programs
    TRACEPOINTS_MAX = 4


@cython.final
cdef class BpfSource(RingSource):
    """Records of BPF programs that this process loads and that end with it."""

    cdef bpf_object *objects[OBJECTS_MAX]        # the first owns the maps
    cdef uint32_t object_count
    cdef bpf_link *links[TRACEPOINTS_MAX]        # attached while started
    cdef int entries[TRACEPOINTS_MAX]            # descriptors of the programs that are or were attached, or -1
    cdef list entry_names                        # of those, without fm_
    cdef uint32_t link_count
    cdef fm_bpf_settings *settings               # mapped; NULL: nothing to count
    cdef uint8_t *cpus                           # mapped: an entry of struct fm_bpf_cpu each
    cdef uint32_t cpu_count                      # possible ones
    cdef int bell                                # polled: a record is there
    cdef uint64_t *bell_head                     # mapped
    cdef uint64_t *bell_tail
    cdef uint64_t timed_ns       # when the wall clock was last compared
    cdef bint resting            # the last look found nothing
    cdef int *ring_maps          # descriptors
    cdef uint32_t ring_count
    cdef size_t page             # bytes of one, as mmap(2) counts
    cdef str path                # of the file that the programs are from
    cdef object programs         # ids of the events whose program is loaded
    cdef object asked            # ids of the events that were looked for; not all have a program
    cdef object selection        # (calls, procexit)
    cdef dict last_counters      # what counters() says after close()

    cdef int load(self, object ids, uint64_t ring_size, uint32_t snaplen, uint32_t rings) except -1
    cdef int load_object(self, str path, object ids, uint32_t rings) except -1
    cdef int map_shared(self) except -1
    cdef int wait(self, uint32_t armed, int timeout_ms) except -1 nogil
    cdef int compare_clocks(self) noexcept nogil
    cdef size_t cpus_size(self) noexcept nogil
    cdef void detach_entries(self) noexcept
    cdef void release(self) noexcept
    cdef fm_bpf_cpu *cpu(self, uint32_t number) noexcept nogil
    cdef int64_t add_runs(self, dict counts) except -1

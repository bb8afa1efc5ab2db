# SPDX-License-Identifier: Apache-2.0
"""Records of containers that are not known yet."""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine._uapi cimport (
    FM_CLONE3_X, FM_CLONE_20_X, FM_EXECVE_19_X, FM_EXECVEAT_X, FM_FORK_20_X, FM_VFORK_20_X,
)
from falcomod.engine.decode.event cimport Event
from falcomod.engine.state.containers cimport Container
from falcomod.engine.state.tables cimport State, Tables

cdef struct Held:                # a record
    Held *next
    uint32_t size
    uint16_t cpu
    uint8_t data[1]              # size bytes

cdef struct Queue:               # of one container
    Queue *next                  # whose time is over later
    Container *container         # held
    void *keeper                 # the Waiting that it is part of
    uint64_t since_ns            # monotonic
    uint64_t due_ns              # when the waiting ends at the latest; 0: at once
    Held *first                  # oldest; NULL: there is none
    Held *last
    uint32_t count

cdef struct Mark:                # a thread whose records wait
    int64_t tid                  # 0: empty
    Queue *queue                 # NULL: no longer


# Events that name the control groups of a thread, in the same places.
cdef inline bint is_image(const Event *event) noexcept nogil:
    return (
        event.code == FM_CLONE_20_X
        or event.code == FM_CLONE3_X
        or event.code == FM_FORK_20_X
        or event.code == FM_VFORK_20_X
        or event.code == FM_EXECVE_19_X
        or event.code == FM_EXECVEAT_X
    )


@cython.final
cdef class Waiting:
    """Keeps records back, container by container, for a bounded time and in bounded number."""

    cdef readonly State state    # whose containers are held
    cdef object on_container
    cdef object on_error         # called with an exception of on_container; None: nobody is told
    cdef uint64_t wait_ns
    cdef uint64_t records_max
    cdef uint64_t bytes_max

    cdef Queue *first            # by due time; NULL: nothing waits
    cdef Queue *last
    cdef Mark *marks             # open addressing by tid
    cdef uint32_t mark_capacity  # a power of two, or 0
    cdef uint32_t mark_count
    cdef uint64_t records        # that wait now
    cdef uint64_t bytes          # of them

    cdef uint64_t asked          # containers
    cdef uint64_t held           # records that had to wait
    cdef uint64_t timeouts       # containers whose time was over
    cdef uint64_t overflows      # containers that went on because too much waited
    cdef uint64_t waited_ns      # by all containers that need not wait any more
    cdef uint64_t longest_ns     # by one of them

    # Whether the record of the event has to wait: then a copy of it is kept.
    cdef bint takes(self, Tables *tables, const Event *event) except -1 nogil
    # The next record that need not wait any more, oldest first of its container; NULL: none. It
    # is the caller's to free. is_last: whatever waits, now.
    cdef Held *next(self, Tables *tables, bint is_last) except? NULL nogil

    cdef Container *container_of(self, Tables *tables, const Event *event) noexcept nogil
    cdef int ask(self, Tables *tables, Container *container, int64_t tid) except -1 nogil
    cdef Queue *begin(self, Container *container) noexcept nogil
    cdef bint keep(self, Tables *tables, Queue *queue, const Event *event) noexcept nogil
    cdef Queue *due(self, Tables *tables, bint is_last) noexcept nogil
    cdef void end(self, Queue *queue) noexcept nogil
    cdef void unmark(self, const Queue *queue) noexcept nogil
    cdef bint mark(self, int64_t tid, Queue *queue) noexcept nogil
    cdef Queue *marked(self, int64_t tid) noexcept nogil
    cdef bint more_marks(self) noexcept nogil

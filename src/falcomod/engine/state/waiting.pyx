# SPDX-License-Identifier: Apache-2.0
"""Records of containers that are not known yet wait until they are.

The first record of a container has somebody asked about it (on_container), who answers
by State.set_container and, when all is said, State.settle_container.  Until then, or
until the time is over, the container's records are kept here, before they change the
state: so the first alert of a container knows its image and its pod, and no other
container waits for it.

A thread one of whose records waits has all its later ones wait in the same place,
whatever container they name by then: its records stay in order.  Records of a child wait
with those of its parent, because its clone names the same control group.

What is kept is bounded in number and size.  Beyond, the container that has waited
longest goes on with what is known.  Each container waits once.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_bytes, param_i64
from falcomod.engine.state.containers cimport (
    CONTAINER_FULL_ID, CONTAINER_POD_UID, WAIT_ASKED, WAIT_NOT_ASKED, WAIT_OVER, Container,
    container_hold, container_release, containers_end, containers_go_live, containers_settle,
    shown_key,
)
from falcomod.engine.state.tables cimport State, Tables, tables_container_of
from falcomod.engine.state.texts cimport shown
from falcomod.engine.state.threads cimport Thread, threads_find
from falcomod.engine.types cimport Str

from falcomod.engine.state.cgroup import kind_words

cdef enum:
    MARKS_MIN = 256              # of the first allocation
    BYTES_OF_RECORD = 1024       # that bytes_max allows for each record


# Its containers are let go of in the end, which the state must live to see.
@cython.no_gc_clear
cdef class Waiting:
    """Part of an Engine.

    *on_container* is called with (id, kind, pod_uid, tid) when the first record of a
    container comes, on the engine's thread, and must return at once; *pod_uid* may be None.
    Its records wait *wait_ms* at the most, and not more than *records_max* at a time.
    """

    def __init__(
        self, State state not None, on_container, *, wait_ms: int = 500, records_max: int = 65536
    ) -> None:
        self.state = state
        self.on_container = on_container
        self.wait_ns = <uint64_t>wait_ms * 1000000
        self.records_max = records_max
        self.bytes_max = <uint64_t>records_max * BYTES_OF_RECORD
        containers_go_live(&state.tables.containers)

    def __dealloc__(self):
        cdef Queue *queue
        cdef Held *held
        while self.first != NULL:
            queue = self.first
            while queue.first != NULL:
                held = queue.first
                queue.first = held.next
                free(held)
            # Whoever is the next to look at the containers does not wait for them.
            containers_settle(&self.state.tables.containers, queue.container)
            queue.container.queue = NULL
            self.end(queue)
        free(self.marks)

    def counters(self) -> dict[str, int]:
        """Records that wait now; what had to, and why containers went on unknown."""
        return {
            "waiting_records": self.records,
            "waiting_asked": self.asked,
            "waiting_held": self.held,
            "waiting_timeouts": self.timeouts,
            "waiting_overflows": self.overflows,
            "waiting_total_us": self.waited_ns // 1000,
            "waiting_longest_us": self.longest_ns // 1000,
        }

    cdef bint takes(self, Tables *tables, const Event *event) except -1 nogil:
        cdef Queue *queue = NULL
        cdef Container *container
        if event.tid <= 0:
            return False
        if self.records:
            queue = self.marked(event.tid)
        if queue == NULL:
            container = self.container_of(tables, event)
            if container == NULL or container.wait == WAIT_OVER:
                return False
            # Who is asked may have the state forget it at once.
            container_hold(container)
            if container.wait == WAIT_NOT_ASKED:
                self.ask(tables, container, event.tid)
            queue = <Queue *>container.queue
            # The thread may not be in it yet: without owners it is kept all the same.
            container.owners -= 1
            if container.is_ended:
                containers_end(&tables.containers, container)
        if queue != NULL and queue.keeper != <void *>self:
            # Another engine of the same state, which is to be the last one, has asked.
            return False
        return queue != NULL and self.keep(tables, queue, event)

    cdef Container *container_of(self, Tables *tables, const Event *event) noexcept nogil:
        """The container that a record is about to put its thread into, or that it is in."""
        cdef Container *container = NULL
        cdef const Thread *thread
        cdef Str cgroups
        if is_image(event) and param_i64(event, FM_CLONE_20_X_res, -1) >= 0:
            cgroups = param_bytes(event, FM_CLONE_20_X_cgroups)
            if cgroups.size:
                container = tables_container_of(tables, cgroups.data, cgroups.size)
        if container == NULL and tables.containers.unsettled:
            thread = threads_find(&tables.threads, event.tid)
            container = thread.container if thread != NULL else NULL
        return container

    cdef int ask(self, Tables *tables, Container *container, int64_t tid) except -1 nogil:
        container.wait = WAIT_ASKED
        self.asked += 1
        if self.wait_ns == 0 or self.begin(container) == NULL:
            containers_settle(&tables.containers, container)
        with gil:
            id = shown(container.texts[<int>CONTAINER_FULL_ID]) or shown_key(container)
            uid = shown(container.texts[<int>CONTAINER_POD_UID])
            kind = kind_words()[container.kind]
            try:
                self.on_container(id, kind, uid, tid)
            except Exception as error:
                # The record that is being looked at must not be lost over it.
                if self.on_error is not None:
                    self.on_error(error)
        return 0

    cdef Queue *begin(self, Container *container) noexcept nogil:
        cdef Queue *queue = <Queue *>calloc(1, sizeof(Queue))
        if queue == NULL:
            return NULL
        queue.container = container
        queue.keeper = <void *>self
        queue.since_ns = monotonic_ns()
        queue.due_ns = queue.since_ns + self.wait_ns
        container_hold(container)
        container.queue = queue
        if self.last != NULL:
            self.last.next = queue
        else:
            self.first = queue
        self.last = queue
        return queue

    cdef bint keep(self, Tables *tables, Queue *queue, const Event *event) noexcept nogil:
        """False: the record cannot be kept, and so is not to wait."""
        cdef Held *held
        if queue.container.wait == WAIT_OVER and queue.count == 0:
            # Settled while it was asked about.
            return False
        held = <Held *>malloc(sizeof(Held) + event.record_size)
        if held == NULL or not self.mark(event.tid, queue):
            free(held)
            queue.due_ns = 0
            return False
        held.next = NULL
        held.size = event.record_size
        held.cpu = event.cpu
        memcpy(held.data, event.record, event.record_size)
        if queue.last != NULL:
            queue.last.next = held
        else:
            queue.first = held
        queue.last = held
        queue.count += 1
        self.held += 1
        self.records += 1
        self.bytes += event.record_size
        if self.records >= self.records_max or self.bytes >= self.bytes_max:
            if self.first.due_ns:
                self.first.due_ns = 0
                self.overflows += 1
        return True

    cdef Held *next(self, Tables *tables, bint is_last) except? NULL nogil:
        cdef Queue *queue
        cdef Held *held
        while True:
            queue = self.due(tables, is_last)
            if queue == NULL:
                return NULL
            held = queue.first
            if held == NULL:
                self.end(queue)
                continue
            queue.first = held.next
            if held.next == NULL:
                queue.last = NULL
            queue.count -= 1
            self.records -= 1
            self.bytes -= held.size
            return held

    cdef Queue *due(self, Tables *tables, bint is_last) noexcept nogil:
        """A queue whose container is settled, or whose time is over; from then on it is."""
        cdef Queue *queue = self.first
        cdef uint64_t now_ns
        if queue == NULL:
            return NULL
        now_ns = monotonic_ns()
        while queue != NULL:
            if queue.container.wait == WAIT_OVER:
                break
            if is_last or queue.due_ns <= now_ns:
                if queue.due_ns and not is_last:
                    self.timeouts += 1
                containers_settle(&tables.containers, queue.container)
                break
            queue = queue.next
        if queue != NULL and queue.container.queue != NULL:
            # No further record of it waits, and its threads are free.
            queue.container.queue = NULL
            self.unmark(queue)
            self.waited_ns += now_ns - queue.since_ns
            if now_ns - queue.since_ns > self.longest_ns:
                self.longest_ns = now_ns - queue.since_ns
        return queue

    cdef void end(self, Queue *queue) noexcept nogil:
        cdef Queue *before = NULL
        if queue == self.first:
            self.first = queue.next
        else:
            before = self.first
            while before.next != queue:
                before = before.next
            before.next = queue.next
        if self.last == queue:
            self.last = before
        container_release(queue.container)
        free(queue)
        if self.first == NULL:
            # Marks of threads that are free again are only swept here and when room is short.
            free(self.marks)
            self.marks = NULL
            self.mark_capacity = self.mark_count = 0

    # Marks

    cdef void unmark(self, const Queue *queue) noexcept nogil:
        cdef uint32_t i
        for i in range(self.mark_capacity):
            if self.marks[i].queue == queue:
                self.marks[i].queue = NULL

    cdef bint mark(self, int64_t tid, Queue *queue) noexcept nogil:
        """False: out of memory."""
        cdef uint32_t at
        if 4 * (self.mark_count + 1) > 3 * self.mark_capacity and not self.more_marks():
            return False
        at = place_of(self.marks, self.mark_capacity, tid)
        if self.marks[at].tid == 0:
            self.marks[at].tid = tid
            self.mark_count += 1
        self.marks[at].queue = queue
        return True

    cdef Queue *marked(self, int64_t tid) noexcept nogil:
        if self.mark_count == 0:
            return NULL
        return self.marks[place_of(self.marks, self.mark_capacity, tid)].queue

    cdef bint more_marks(self) noexcept nogil:
        """Room for one more, without those that count no longer; False: out of memory."""
        cdef uint32_t alive = 0
        cdef uint32_t capacity = MARKS_MIN
        cdef Mark *marks
        cdef uint32_t i
        for i in range(self.mark_capacity):
            alive += self.marks[i].queue != NULL
        while capacity < 2 * (alive + 1):
            capacity *= 2
        marks = <Mark *>calloc(capacity, sizeof(Mark))
        if marks == NULL:
            return False
        for i in range(self.mark_capacity):
            if self.marks[i].queue != NULL:
                marks[place_of(marks, capacity, self.marks[i].tid)] = self.marks[i]
        free(self.marks)
        self.marks = marks
        self.mark_capacity = capacity
        self.mark_count = alive
        return True


cdef uint32_t place_of(const Mark *marks, uint32_t capacity, int64_t tid) noexcept nogil:
    # 2^64 divided by the golden ratio, as in threads.pyx.
    cdef uint32_t at = <uint32_t>((<uint64_t>tid * 0x9E3779B97F4A7C15u) >> 32) & (capacity - 1)
    while marks[at].tid != 0 and marks[at].tid != tid:
        at = (at + 1) & (capacity - 1)
    return at


cdef uint64_t monotonic_ns() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return <uint64_t>now.tv_sec * 1000000000 + <uint64_t>now.tv_nsec

# SPDX-License-Identifier: Apache-2.0
"""Threads by id: open addressing in C memory; each thread is a block of its own.

A pointer to a Thread stays valid until that thread is removed, whatever else
happens to the table.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from falcomod.engine.state.fds cimport fds_release
from falcomod.engine.types cimport text_release

cdef enum:
    CAPACITY_MIN = 256           # slots of the first allocation

cdef uint32_t NO_ID = 0xFFFFFFFFu


cdef int threads_init(ThreadTable *table, uint32_t limit) except -1 nogil:
    memset(table, 0, sizeof(ThreadTable))
    table.limit = limit
    if not resize(table, CAPACITY_MIN):
        with gil:
            raise MemoryError
    return 0


cdef void threads_free(ThreadTable *table) noexcept nogil:
    cdef uint32_t i
    for i in range(table.capacity):
        if table.slots[i].thread != NULL:
            thread_release(table.slots[i].thread)
            free(table.slots[i].thread)
    free(table.slots)
    memset(table, 0, sizeof(ThreadTable))


cdef Thread *threads_find(ThreadTable *table, int64_t tid) noexcept nogil:
    cdef uint32_t at
    # Threads make calls in runs: the one of the event before is the most likely.
    if table.last != NULL and table.last.tid == tid:
        return table.last
    if tid <= 0:
        return NULL
    at = slot_of(table, tid)
    while table.slots[at].thread != NULL:
        if table.slots[at].tid == tid:
            table.last = table.slots[at].thread
            return table.last
        at = (at + 1) & (table.capacity - 1)
    return NULL


cdef Thread *threads_add(ThreadTable *table, int64_t tid) noexcept nogil:
    cdef Thread *thread
    cdef uint32_t at
    if tid <= 0:
        return NULL
    threads_remove(table, tid)
    if table.count >= table.limit:
        table.refused += 1
        return NULL
    # At most three quarters are in use: probes stay short, and always end.
    if 4 * (<uint64_t>table.count + 1) > 3 * <uint64_t>table.capacity:
        if not resize(table, 2 * table.capacity):
            table.refused += 1
            return NULL
    thread = <Thread *>calloc(1, sizeof(Thread))
    if thread == NULL:
        table.refused += 1
        return NULL
    thread_clear(thread, tid)
    at = free_slot(table, tid)
    table.slots[at].tid = tid
    table.slots[at].thread = thread
    table.count += 1
    table.added += 1
    return thread


cdef void threads_remove(ThreadTable *table, int64_t tid) noexcept nogil:
    cdef uint32_t at
    cdef Thread *thread = threads_find(table, tid)
    if thread == NULL:
        return
    at = slot_of(table, tid)
    while table.slots[at].thread != thread:
        at = (at + 1) & (table.capacity - 1)
    close_gap(table, at)
    threads_leave(table, thread)
    thread_release(thread)
    free(thread)
    table.last = NULL
    table.count -= 1
    table.removed += 1


cdef Thread *threads_main(ThreadTable *table, Thread *thread) noexcept nogil:
    cdef Thread *leader
    cdef Thread *last
    if thread.pid == thread.tid:
        return thread
    # A detour: the next event is more likely of this thread than of its main one.
    last = table.last
    leader = threads_find(table, thread.pid)
    table.last = last
    return leader if leader != NULL else thread


cdef Thread *threads_parent(ThreadTable *table, Thread *thread) noexcept nogil:
    cdef Thread *last = table.last
    cdef Thread *parent = threads_find(table, thread.ptid)
    if parent != NULL:
        parent = threads_main(table, parent)
    table.last = last
    return parent


cdef void threads_join(ThreadTable *table, Thread *thread) noexcept nogil:
    cdef Thread *leader = threads_main(table, thread)
    if leader != thread and not thread.is_counted:
        thread.is_counted = 1
        leader.others += 1


cdef void threads_leave(ThreadTable *table, Thread *thread) noexcept nogil:
    cdef Thread *leader = threads_main(table, thread)
    if thread.is_counted:
        thread.is_counted = 0
        if leader != thread and leader.others > 0:
            leader.others -= 1


cdef void thread_clear(Thread *thread, int64_t tid) noexcept nogil:
    memset(thread, 0, sizeof(Thread))
    thread.tid = tid
    thread.pid = tid
    thread.ptid = thread.vtid = thread.vpid = thread.sid = thread.vpgid = thread.pgid = -1
    thread.uid = thread.gid = thread.loginuid = NO_ID
    thread.fdlimit = -1


cdef void thread_release(Thread *thread) noexcept nogil:
    text_release(thread.exe)
    text_release(thread.exepath)
    text_release(thread.args)
    text_release(thread.env)
    text_release(thread.cwd)
    text_release(thread.root)
    text_release(thread.cgroups)
    fds_release(thread.fds)
    thread_clear(thread, thread.tid)


cdef inline uint32_t slot_of(const ThreadTable *table, int64_t tid) noexcept nogil:
    # 2^64 divided by the golden ratio: neighbours land far apart.
    return <uint32_t>((<uint64_t>tid * 0x9E3779B97F4A7C15u) >> 32) & (table.capacity - 1)


cdef uint32_t free_slot(const ThreadTable *table, int64_t tid) noexcept nogil:
    cdef uint32_t at = slot_of(table, tid)
    while table.slots[at].thread != NULL:
        at = (at + 1) & (table.capacity - 1)
    return at


cdef void close_gap(ThreadTable *table, uint32_t gap) noexcept nogil:
    """Moves back whatever was put behind the gap only because its own place was taken."""
    cdef uint32_t mask = table.capacity - 1
    cdef uint32_t at = gap
    cdef uint32_t home
    while True:
        at = (at + 1) & mask
        if table.slots[at].thread == NULL:
            break
        home = slot_of(table, table.slots[at].tid)
        if ((at - home) & mask) >= ((at - gap) & mask):
            table.slots[gap] = table.slots[at]
            gap = at
    table.slots[gap].tid = 0
    table.slots[gap].thread = NULL


cdef bint resize(ThreadTable *table, uint32_t capacity) noexcept nogil:
    cdef ThreadSlot *old = table.slots
    cdef uint32_t old_capacity = table.capacity
    cdef ThreadSlot *slots = <ThreadSlot *>calloc(capacity, sizeof(ThreadSlot))
    cdef uint32_t i
    if slots == NULL:
        return False
    table.slots = slots
    table.capacity = capacity
    for i in range(old_capacity):
        if old[i].thread != NULL:
            slots[free_slot(table, old[i].tid)] = old[i]
    free(old)
    return True

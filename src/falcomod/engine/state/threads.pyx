# SPDX-License-Identifier: Apache-2.0
"""Threads by id: open addressing in C memory; each thread is a block of its own.

A pointer to a Thread stays valid until that thread is removed, whatever else
happens to the table.  One to a slot does not: slots move.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from falcomod.engine.state.containers cimport container_release
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
    cdef ThreadSlot *slot
    # Threads make calls in runs: the one of the event before is the most likely.
    if table.last != NULL and table.last.tid == tid:
        return table.last
    if tid <= 0:
        return NULL
    slot = find_slot(table, tid)
    if slot == NULL or slot.thread == NULL:
        return NULL
    table.last = slot.thread
    return slot.thread


cdef Thread *threads_add(ThreadTable *table, int64_t tid) noexcept nogil:
    cdef Thread *thread
    cdef ThreadSlot *slot
    if tid <= 0:
        return NULL
    threads_remove(table, tid)
    if table.count >= table.limit:
        table.refused += 1
        return NULL
    thread = <Thread *>calloc(1, sizeof(Thread))
    slot = claim_slot(table, tid) if thread != NULL else NULL
    if slot == NULL:
        free(thread)
        table.refused += 1
        return NULL
    thread_clear(thread, tid)
    slot.thread = thread
    table.count += 1
    table.added += 1
    return thread


cdef void threads_remove(ThreadTable *table, int64_t tid) noexcept nogil:
    cdef ThreadSlot *slot
    cdef Thread *thread = threads_find(table, tid)
    if thread == NULL:
        return
    threads_leave(table, thread)
    detach(table, KIN_CHILDREN, thread, thread.ptid)
    thread_release(thread)
    free(thread)
    slot = find_slot(table, tid)
    slot.thread = NULL
    drop_slot(table, slot)
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


cdef Thread *threads_kin(const ThreadTable *table, int64_t tid, int kinship) noexcept nogil:
    cdef ThreadSlot *slot = find_slot(table, tid)
    return slot.kin[kinship] if slot != NULL else NULL


cdef void threads_set_parent(ThreadTable *table, Thread *thread, int64_t ptid) noexcept nogil:
    detach(table, KIN_CHILDREN, thread, thread.ptid)
    thread.ptid = ptid
    attach(table, KIN_CHILDREN, thread, ptid)


cdef void threads_reparent(ThreadTable *table, int64_t tid, int64_t reaper) noexcept nogil:
    cdef Thread *child = threads_kin(table, tid, KIN_CHILDREN)
    cdef Thread *next
    while child != NULL:
        next = child.kin[KIN_CHILDREN].next
        threads_set_parent(table, child, reaper)
        table.kin_visited += 1
        child = next


cdef void threads_remove_others(ThreadTable *table, int64_t pid) noexcept nogil:
    cdef Thread *thread = threads_kin(table, pid, KIN_OTHERS)
    cdef Thread *next
    while thread != NULL:
        next = thread.kin[KIN_OTHERS].next
        threads_remove(table, thread.tid)
        table.kin_visited += 1
        thread = next


cdef void threads_join(ThreadTable *table, Thread *thread) noexcept nogil:
    cdef Thread *leader = threads_main(table, thread)
    if thread.pid != thread.tid:
        detach(table, KIN_OTHERS, thread, thread.pid)
        attach(table, KIN_OTHERS, thread, thread.pid)
    if leader != thread and not thread.is_counted:
        thread.is_counted = 1
        leader.others += 1


cdef void threads_leave(ThreadTable *table, Thread *thread) noexcept nogil:
    cdef Thread *leader = threads_main(table, thread)
    if thread.pid != thread.tid:
        detach(table, KIN_OTHERS, thread, thread.pid)
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
    container_release(thread.container)
    thread_clear(thread, thread.tid)


# Lists: doubly linked through Thread.kin; each begins in the slot of the tid it is for

cdef void attach(
    ThreadTable *table, int kinship, Thread *thread, int64_t tid
) noexcept nogil:
    cdef ThreadSlot *slot
    cdef Thread *first
    if tid <= 0:
        return
    slot = claim_slot(table, tid)
    if slot == NULL:
        return
    first = slot.kin[kinship]
    thread.kin[kinship].next = first
    if first != NULL:
        first.kin[kinship].previous = thread
    slot.kin[kinship] = thread


cdef void detach(
    ThreadTable *table, int kinship, Thread *thread, int64_t tid
) noexcept nogil:
    """Takes a thread out of the list of that tid; does nothing if it is in none."""
    cdef Kin *place = &thread.kin[kinship]
    cdef ThreadSlot *slot
    if place.next != NULL:
        place.next.kin[kinship].previous = place.previous
    if place.previous != NULL:
        place.previous.kin[kinship].next = place.next
    else:
        slot = find_slot(table, tid)
        if slot != NULL and slot.kin[kinship] == thread:
            slot.kin[kinship] = place.next
            drop_slot(table, slot)
    place.next = place.previous = NULL


# Slots: a pointer to one is valid until the next claim or drop

cdef inline uint32_t slot_of(const ThreadTable *table, int64_t tid) noexcept nogil:
    # 2^64 divided by the golden ratio: neighbours land far apart.
    return <uint32_t>((<uint64_t>tid * 0x9E3779B97F4A7C15u) >> 32) & (table.capacity - 1)


cdef inline uint32_t place_of(const ThreadTable *table, int64_t tid) noexcept nogil:
    """Where the slot of the tid is, or the empty one where it would be."""
    cdef uint32_t at = slot_of(table, tid)
    while table.slots[at].tid != 0 and table.slots[at].tid != tid:
        at = (at + 1) & (table.capacity - 1)
    return at


cdef inline ThreadSlot *find_slot(const ThreadTable *table, int64_t tid) noexcept nogil:
    cdef uint32_t at
    if tid <= 0:
        return NULL
    at = place_of(table, tid)
    return &table.slots[at] if table.slots[at].tid != 0 else NULL


cdef ThreadSlot *claim_slot(ThreadTable *table, int64_t tid) noexcept nogil:
    """The slot of the tid, a new one if there is none; NULL when memory is out."""
    cdef ThreadSlot *slot = find_slot(table, tid)
    if slot != NULL:
        return slot
    # At most three quarters are in use: probes stay short, and always end.
    if 4 * (<uint64_t>table.used + 1) > 3 * <uint64_t>table.capacity:
        if not resize(table, 2 * table.capacity):
            return NULL
    slot = &table.slots[place_of(table, tid)]
    slot.tid = tid
    table.used += 1
    return slot


cdef void drop_slot(ThreadTable *table, ThreadSlot *slot) noexcept nogil:
    """Empties the slot if nothing is known of its tid and nobody names it."""
    if slot.thread != NULL or slot.kin[KIN_CHILDREN] != NULL or slot.kin[KIN_OTHERS] != NULL:
        return
    close_gap(table, <uint32_t>(slot - table.slots))
    table.used -= 1


cdef void close_gap(ThreadTable *table, uint32_t gap) noexcept nogil:
    """Moves back whatever was put behind the gap only because its own place was taken."""
    cdef uint32_t mask = table.capacity - 1
    cdef uint32_t at = gap
    cdef uint32_t home
    while True:
        at = (at + 1) & mask
        if table.slots[at].tid == 0:
            break
        home = slot_of(table, table.slots[at].tid)
        if ((at - home) & mask) >= ((at - gap) & mask):
            table.slots[gap] = table.slots[at]
            gap = at
    memset(&table.slots[gap], 0, sizeof(ThreadSlot))


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
        if old[i].tid != 0:
            slots[place_of(table, old[i].tid)] = old[i]
    free(old)
    return True

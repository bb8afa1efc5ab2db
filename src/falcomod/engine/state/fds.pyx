# SPDX-License-Identifier: Apache-2.0
"""Descriptors of a process: open addressing by number, in C memory.

Numbers are small and dense, so the multiplicative hash spreads them without
collisions. A removal moves later entries back into the hole instead of leaving
a mark, so a table that lives for months stays as fast as a new one.
"""

from libc.stdint cimport INT32_MAX, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from falcomod.engine.types cimport text_release, text_share

cdef enum:
    CAPACITY_MIN = 8             # slots of the first allocation
    CAPACITY_SHRINK = 64         # tables up to this size never shrink


cdef void fd_assign(Fd *fd, const Fd *source) noexcept nogil:
    cdef int32_t number = fd.number
    cdef int close_on_exec = fd.close_on_exec
    text_share(source.name)
    text_share(source.name_raw)
    fd_release(fd)
    fd[0] = source[0]
    fd.number = number
    fd.close_on_exec = close_on_exec


cdef void fd_release(Fd *fd) noexcept nogil:
    text_release(fd.name)
    text_release(fd.name_raw)
    memset(fd, 0, sizeof(Fd))
    fd.number = -1


cdef FdTable *fds_new() noexcept nogil:
    cdef FdTable *table = <FdTable *>calloc(1, sizeof(FdTable))
    if table != NULL:
        table.owners = 1
    return table


cdef FdTable *fds_share(FdTable *table) noexcept nogil:
    if table != NULL:
        table.owners += 1
    return table


cdef FdTable *fds_copy(const FdTable *table) noexcept nogil:
    cdef FdTable *copy = fds_new()
    cdef uint32_t i
    if copy == NULL or table == NULL or table.count == 0:
        return copy
    copy.slots = <Fd *>malloc(table.capacity * sizeof(Fd))
    if copy.slots == NULL:
        free(copy)
        return NULL
    copy.capacity = table.capacity
    copy.count = table.count
    memcpy(copy.slots, table.slots, table.capacity * sizeof(Fd))
    for i in range(copy.capacity):
        if copy.slots[i].number >= 0:
            text_share(copy.slots[i].name)
            text_share(copy.slots[i].name_raw)
    return copy


cdef void fds_release(FdTable *table) noexcept nogil:
    cdef uint32_t i
    if table == NULL:
        return
    table.owners -= 1
    if table.owners > 0:
        return
    for i in range(table.capacity):
        if table.slots[i].number >= 0:
            fd_release(&table.slots[i])
    free(table.slots)
    free(table)


cdef Fd *fds_find(const FdTable *table, int64_t number) noexcept nogil:
    cdef uint32_t at
    if table == NULL or table.count == 0 or number < 0 or number > INT32_MAX:
        return NULL
    at = slot_of(table, <int32_t>number)
    while table.slots[at].number >= 0:
        if table.slots[at].number == number:
            return <Fd *>&table.slots[at]
        at = (at + 1) & (table.capacity - 1)
    return NULL


cdef Fd *fds_put(FdTable *table, int64_t number, uint32_t limit) noexcept nogil:
    cdef Fd *fd
    if table == NULL or number < 0 or number > INT32_MAX:
        return NULL
    fd = fds_find(table, number)
    if fd == NULL:
        if table.count >= limit:
            return NULL
        # At most three quarters are in use: probes stay short, and always end.
        if 4 * (<uint64_t>table.count + 1) > 3 * <uint64_t>table.capacity:
            if not resize(table, 2 * table.capacity if table.capacity else CAPACITY_MIN):
                return NULL
        fd = free_slot(table, <int32_t>number)
        table.count += 1
    else:
        fd_release(fd)
    memset(fd, 0, sizeof(Fd))
    fd.number = <int32_t>number
    return fd


cdef void fds_remove(FdTable *table, int64_t number) noexcept nogil:
    cdef Fd fd
    if fds_take(table, number, &fd):
        fd_release(&fd)


cdef int fds_take(FdTable *table, int64_t number, Fd *out) noexcept nogil:
    cdef Fd *fd = fds_find(table, number)
    if fd == NULL:
        memset(out, 0, sizeof(Fd))
        out.number = -1
        return 0
    out[0] = fd[0]
    close_gap(table, <uint32_t>(fd - table.slots))
    table.count -= 1
    if table.capacity > CAPACITY_SHRINK and 8 * table.count < table.capacity:
        # Without memory for a smaller table the large one serves on.
        resize(table, table.capacity // 4)
    return 1


cdef void fds_remove_range(FdTable *table, uint32_t first, uint32_t last) noexcept nogil:
    cdef uint32_t i = 0
    if table == NULL:
        return
    # The gap that a removal leaves is filled from behind, so the place is looked at again.
    while i < table.capacity:
        if is_within(&table.slots[i], first, last):
            fd_release(&table.slots[i])
            close_gap(table, i)
            table.count -= 1
        else:
            i += 1


cdef void fds_mark_range(FdTable *table, uint32_t first, uint32_t last) noexcept nogil:
    cdef uint32_t i
    if table == NULL:
        return
    for i in range(table.capacity):
        if is_within(&table.slots[i], first, last):
            table.slots[i].close_on_exec = 1


cdef void fds_close_on_exec(FdTable *table) noexcept nogil:
    cdef uint32_t i = 0
    if table == NULL:
        return
    while i < table.capacity:
        if table.slots[i].number >= 0 and table.slots[i].close_on_exec:
            fd_release(&table.slots[i])
            close_gap(table, i)
            table.count -= 1
        else:
            i += 1


cdef inline bint is_within(const Fd *fd, uint32_t first, uint32_t last) noexcept nogil:
    return fd.number >= 0 and first <= <uint32_t>fd.number <= last


cdef inline uint32_t slot_of(const FdTable *table, int32_t number) noexcept nogil:
    # 2^64 divided by the golden ratio: neighbours land far apart.
    return <uint32_t>((<uint64_t>number * 0x9E3779B97F4A7C15u) >> 32) & (table.capacity - 1)


cdef Fd *free_slot(FdTable *table, int32_t number) noexcept nogil:
    cdef uint32_t at = slot_of(table, number)
    while table.slots[at].number >= 0:
        at = (at + 1) & (table.capacity - 1)
    return &table.slots[at]


cdef void close_gap(FdTable *table, uint32_t gap) noexcept nogil:
    """Moves back whatever was put behind the gap only because its own place was taken."""
    cdef uint32_t mask = table.capacity - 1
    cdef uint32_t at = gap
    cdef uint32_t home
    while True:
        at = (at + 1) & mask
        if table.slots[at].number < 0:
            break
        home = slot_of(table, table.slots[at].number)
        if ((at - home) & mask) >= ((at - gap) & mask):
            table.slots[gap] = table.slots[at]
            gap = at
    memset(&table.slots[gap], 0, sizeof(Fd))
    table.slots[gap].number = -1


cdef bint resize(FdTable *table, uint32_t capacity) noexcept nogil:
    cdef Fd *old = table.slots
    cdef uint32_t old_capacity = table.capacity
    cdef Fd *slots = <Fd *>malloc(capacity * sizeof(Fd))
    cdef uint32_t i
    if slots == NULL:
        return False
    for i in range(capacity):
        slots[i].number = -1
    table.slots = slots
    table.capacity = capacity
    for i in range(old_capacity):
        if old[i].number >= 0:
            free_slot(table, old[i].number)[0] = old[i]
    free(old)
    return True

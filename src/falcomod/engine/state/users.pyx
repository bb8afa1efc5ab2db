# SPDX-License-Identifier: Apache-2.0
"""Names of users and groups by id: a sorted array, replaced as a whole, or changed by events."""

from libc.stdint cimport uint32_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memmove, memset

from falcomod.engine.state.texts cimport text_of
from falcomod.engine.types cimport Str, Text, text_new, text_release


cdef const Name *names_find(const NameTable *table, uint32_t id) noexcept nogil:
    cdef uint32_t place = place_of(table, id)
    if place < table.count and table.rows[place].id == id:
        return &table.rows[place]
    return NULL


cdef uint32_t place_of(const NameTable *table, uint32_t id) noexcept nogil:
    """The row of the first id that is not less."""
    cdef uint32_t low = 0
    cdef uint32_t high = table.count
    cdef uint32_t middle
    while low < high:
        middle = low + (high - low) // 2
        if table.rows[middle].id < id:
            low = middle + 1
        else:
            high = middle
    return low


cdef void names_put(NameTable *table, uint32_t id, Str name, Str home, Str shell) noexcept nogil:
    cdef uint32_t place = place_of(table, id)
    cdef Name *rows
    if place == table.count or table.rows[place].id != id:
        if table.count >= NAMES_MAX:
            return
        rows = <Name *>realloc(table.rows, (<size_t>table.count + 1) * sizeof(Name))
        if rows == NULL:
            return
        table.rows = rows
        memmove(&rows[place + 1], &rows[place], (table.count - place) * sizeof(Name))
        table.count += 1
    else:
        name_release(&table.rows[place])
    table.rows[place].id = id
    table.rows[place].name = copy_of(name)
    table.rows[place].home = copy_of(home)
    table.rows[place].shell = copy_of(shell)


cdef void names_remove(NameTable *table, uint32_t id) noexcept nogil:
    cdef uint32_t place = place_of(table, id)
    if place == table.count or table.rows[place].id != id:
        return
    name_release(&table.rows[place])
    table.count -= 1
    memmove(
        &table.rows[place], &table.rows[place + 1], (table.count - place) * sizeof(Name)
    )


cdef inline Text *copy_of(Str text) noexcept nogil:
    return text_new(text.data, text.size) if text.data != NULL else NULL


cdef void name_release(Name *row) noexcept nogil:
    text_release(row.name)
    text_release(row.home)
    text_release(row.shell)
    memset(row, 0, sizeof(Name))


cdef void names_free(NameTable *table) noexcept nogil:
    cdef uint32_t i
    for i in range(table.count):
        name_release(&table.rows[i])
    free(table.rows)
    table.rows = NULL
    table.count = 0


cdef int names_set(NameTable *table, dict names) except -1:
    """In place of what is there: names[id] is a name, or (name, home, shell)."""
    cdef NameTable fresh
    cdef Name *row
    rows = []
    for id, value in sorted(names.items()):
        parts = (value, None, None) if isinstance(value, str) else value
        name, home, shell = parts
        rows.append((id, encoded(name), encoded(home), encoded(shell)))
    fresh.count = 0
    fresh.rows = <Name *>calloc(max(1, len(rows)), sizeof(Name))
    if fresh.rows == NULL:
        raise MemoryError
    try:
        for id, name, home, shell in rows:
            row = &fresh.rows[fresh.count]
            row.id = id
            fresh.count += 1
            row.name = text_of(name)
            row.home = text_of(home)
            row.shell = text_of(shell)
    except BaseException:
        names_free(&fresh)
        raise
    names_free(table)
    table[0] = fresh
    return 0


cdef object encoded(text):
    return None if text is None else text.encode("utf-8", "surrogateescape")

# SPDX-License-Identifier: Apache-2.0
"""Names of users and groups by id: a sorted array, replaced as a whole."""

from libc.stdint cimport uint32_t
from libc.stdlib cimport calloc, free

from falcomod.engine.types cimport Text, text_new, text_release


cdef const Name *names_find(const NameTable *table, uint32_t id) noexcept nogil:
    cdef uint32_t low = 0
    cdef uint32_t high = table.count
    cdef uint32_t middle
    while low < high:
        middle = low + (high - low) // 2
        if table.rows[middle].id < id:
            low = middle + 1
        else:
            high = middle
    if low < table.count and table.rows[low].id == id:
        return &table.rows[low]
    return NULL


cdef void names_free(NameTable *table) noexcept nogil:
    cdef uint32_t i
    for i in range(table.count):
        text_release(table.rows[i].name)
        text_release(table.rows[i].home)
        text_release(table.rows[i].shell)
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


cdef Text *text_of(bytes text) except? NULL:
    cdef Text *result
    if text is None:
        return NULL
    result = text_new(<const char *>text, <uint32_t>len(text))
    if result == NULL:
        raise MemoryError
    return result

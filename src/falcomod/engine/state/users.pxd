# SPDX-License-Identifier: Apache-2.0
"""Names of users and groups by id."""

from libc.stdint cimport uint32_t

from falcomod.engine.types cimport Str, Text

cdef enum:
    NAMES_MAX = 262144           # that events may add to

cdef struct Name:
    uint32_t id
    Text *name
    Text *home                   # users only; NULL elsewhere
    Text *shell

cdef struct NameTable:
    uint32_t count
    Name *rows                   # sorted by id

cdef const Name *names_find(const NameTable *table, uint32_t id) noexcept nogil
cdef void names_free(NameTable *table) noexcept nogil
# Replaces all names: {id: name} or {id: (name, home, shell)}.
cdef int names_set(NameTable *table, dict names) except -1
# Adds one name or puts it in place of that id's; what does not fit is left out: beyond NAMES_MAX
# names, or when memory is out. data NULL: that part is unknown.
cdef void names_put(NameTable *table, uint32_t id, Str name, Str home, Str shell) noexcept nogil
cdef void names_remove(NameTable *table, uint32_t id) noexcept nogil

# SPDX-License-Identifier: Apache-2.0
"""Names of users and groups by id."""

from libc.stdint cimport uint32_t

from falcomod.engine.types cimport Text

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

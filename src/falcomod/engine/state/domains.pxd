# SPDX-License-Identifier: Apache-2.0
"""Domain names by the addresses that they resolve to."""

from libc.stdint cimport uint8_t, uint32_t

from falcomod.engine.types cimport Text

cdef struct Domain:
    uint8_t address[16]          # network order; IPv4 in the first 4 bytes
    uint8_t address_size         # 4 or 16
    Text *name

cdef struct DomainTable:
    uint32_t count
    Domain *rows                 # sorted by size and address, then name

# The first name of an address; the others follow it in the table. NULL: there is none.
cdef const Domain *domains_find(
    const DomainTable *table, const uint8_t *address, uint32_t size
) noexcept nogil
# How many names that address has.
cdef uint32_t domains_of(const DomainTable *table, const Domain *first) noexcept nogil
cdef void domains_free(DomainTable *table) noexcept nogil
# Replaces all names: {name: [packed address, …]}.
cdef int domains_set(DomainTable *table, dict names) except -1

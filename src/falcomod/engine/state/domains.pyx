# SPDX-License-Identifier: Apache-2.0
"""Domain names by the addresses that they resolve to: a sorted array, replaced as a whole.

Who looks names up, and how often, is not known here: an event never waits for it.
"""

from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from falcomod.engine.types cimport text_new, text_release


cdef const Domain *domains_find(
    const DomainTable *table, const uint8_t *address, uint32_t size
) noexcept nogil:
    cdef uint32_t low = 0
    cdef uint32_t high = table.count
    cdef uint32_t middle
    while low < high:
        middle = low + (high - low) // 2
        if compare(&table.rows[middle], address, size) < 0:
            low = middle + 1
        else:
            high = middle
    if low < table.count and compare(&table.rows[low], address, size) == 0:
        return &table.rows[low]
    return NULL


cdef uint32_t domains_of(const DomainTable *table, const Domain *first) noexcept nogil:
    cdef const Domain *end = table.rows + table.count
    cdef const Domain *row = first
    while row < end and compare(row, first.address, first.address_size) == 0:
        row += 1
    return <uint32_t>(row - first)


cdef int compare(const Domain *row, const uint8_t *address, uint32_t size) noexcept nogil:
    if row.address_size != size:
        return -1 if row.address_size < size else 1
    return memcmp(row.address, address, size)


cdef void domains_free(DomainTable *table) noexcept nogil:
    cdef uint32_t i
    for i in range(table.count):
        text_release(table.rows[i].name)
    free(table.rows)
    table.rows = NULL
    table.count = 0


cdef int domains_set(DomainTable *table, dict names) except -1:
    cdef DomainTable fresh
    cdef Domain *row
    cdef bytes address
    cdef bytes encoded
    rows = sorted({
        (len(address), bytes(address), name.encode("utf-8", "surrogateescape"))
        for name, addresses in names.items()
        for address in addresses
    })
    if any(size not in (4, 16) for size, _, _ in rows):
        raise ValueError("an address has 4 or 16 bytes")
    fresh.count = 0
    fresh.rows = <Domain *>calloc(max(1, len(rows)), sizeof(Domain))
    if fresh.rows == NULL:
        raise MemoryError
    for size, address, encoded in rows:
        row = &fresh.rows[fresh.count]
        row.name = text_new(<const char *>encoded, <uint32_t>len(encoded))
        if row.name == NULL:
            domains_free(&fresh)
            raise MemoryError
        row.address_size = size
        memcpy(row.address, <const char *>address, size)
        fresh.count += 1
    domains_free(table)
    table[0] = fresh
    return 0

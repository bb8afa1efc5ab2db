# SPDX-License-Identifier: Apache-2.0
"""What old captures tell at the start of a call, until the call's end comes."""

cimport cython
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

# The enter of one thread.
cdef struct Enter:
    uint64_t tid
    uint8_t *bytes               # lengths (u16 each), then the parameters; NULL: no room taken
    uint32_t capacity            # of bytes
    uint16_t code
    uint8_t nparams
    uint8_t state                # SLOT_… of enters.pyx


@cython.final
cdef class Enters:
    """The last enter of each thread; bounded, and refusing what goes beyond."""

    cdef Enter *slots            # hash table by tid, linear probing; capacity of them
    cdef uint32_t capacity       # a power of two
    cdef uint32_t threads        # slots in use
    cdef uint32_t waiting        # of these, with an enter
    cdef uint64_t bytes          # capacity of all enters
    cdef uint64_t salt           # of the hash: who writes a file cannot choose what collides

    # Keeps a thread's enter in place of its last one: 1, or 0 where a limit or memory forbids it
    # (then the thread has none). lengths is followed by size bytes in all.
    cdef bint put(
        self, uint64_t tid, uint16_t code, uint8_t nparams, const uint8_t *lengths, uint32_t size
    ) noexcept nogil
    # The thread's enter, valid until the next put() or forget(); NULL: there is none.
    cdef const Enter *find(self, uint64_t tid) noexcept nogil
    # Its memory may be read until the next put().
    cdef void forget(self, uint64_t tid) noexcept nogil
    cdef void clear(self) noexcept nogil

    # Private.
    cdef Enter *slot_of(self, uint64_t tid) noexcept nogil
    cdef bint has_room(self) noexcept nogil
    cdef bint rehash(self, uint32_t capacity) noexcept nogil
    cdef void release(self, Enter *enter) noexcept nogil

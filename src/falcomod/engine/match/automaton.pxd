# SPDX-License-Identifier: Apache-2.0
"""Many texts looked for in another one at once."""

from libc.stdint cimport uint8_t, uint32_t

cdef enum:
    STATES_MAX = 1 << 20         # entries of the table: 4 MiB
    FOUND = 0xFFFFFFFF           # in place of a state: one of the texts ends here

# Of Aho and Corasick, as a table: bytes that no text has are one class. It stops at the
# first text that it finds, so states after that do not exist.
cdef struct Automaton:
    uint32_t *next               # by state plus class; states are multiples of the number of classes
    uint8_t class_of[256]        # by byte


cdef class AutomatonOwner:
    cdef Automaton automaton
    cdef uint32_t classes
    cdef uint32_t states

    cdef int take_classes(self, list texts, bint any_case) except -1
    cdef int add(self, bytes text) except -1
    cdef int complete(self) except -1

# An automaton of texts none of which is empty, with *any_case* (of ASCII) lower ones; None
# if it would be too large.
cdef AutomatonOwner automaton_new(list texts, bint any_case)
# Whether one of the texts occurs in data.
cdef bint automaton_finds(const Automaton *automaton, const char *data, uint32_t size) noexcept nogil

# SPDX-License-Identifier: Apache-2.0
"""The prepared right side of a check.

A matcher is made once, at load, by numbers, texts, paths and addresses; the
evaluation graph copies its constant and its function pointer and calls that
per event.  Many constants compared at once (a set, an automaton over many patterns) are
just another table and another function, and so is the value of another field.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from falcomod.engine.types cimport Str, Value


cdef class Comparison:
    pass


cdef class Matcher:

    def __cinit__(self):
        memset(&self.constant, 0, sizeof(self.constant))
        self.holds = NULL

    def matches(self, value) -> bool:
        """Whether *value* satisfies the check.

        Values are bytes for texts, addresses and buffers, else int, bool or float, and
        lists of bytes.
        """
        cdef Candidate candidate = Candidate(value)
        return self.holds(&self.constant, &candidate.value)

    def count(self, value, int64_t times) -> int:
        """In how many of so many comparisons *value* satisfies the check: what bench/ measures."""
        cdef Candidate candidate = Candidate(value)
        cdef int64_t found = 0
        cdef int64_t i
        for i in range(times):
            found += self.holds(&self.constant, &candidate.value)
        return found

    def compares(self, value, other) -> bool:
        """Whether *value* and *other*, of a field on the right side, satisfy a check that has no constants."""
        cdef Candidate candidate = Candidate(value)
        cdef Candidate right = Candidate(other)
        cdef Constant constant
        constant_of(&right.value, &constant)
        return self.holds(&constant, &candidate.value)


cdef class Candidate:
    """A value that Python gives."""

    cdef Value value
    cdef Str *items
    cdef object given            # bytes or list of them, which the value points into

    def __cinit__(self, given):
        self.given = given
        if isinstance(given, list):
            self.take_items(given)
        elif isinstance(given, bytes):
            self.value.text.data = PyBytes_AS_STRING(given)
            self.value.text.size = <uint32_t>PyBytes_GET_SIZE(given)
        elif isinstance(given, float):
            self.value.real = given
        else:
            self.value.number = <int64_t><uint64_t>(int(given) & 0xFFFFFFFFFFFFFFFF)

    def __dealloc__(self):
        free(self.items)

    cdef int take_items(self, list given) except -1:
        cdef size_t i
        self.items = <Str *>calloc(len(given) + 1, sizeof(Str))
        if self.items is NULL:
            raise MemoryError
        for i, item in enumerate(given):
            self.items[i].data = PyBytes_AS_STRING(item)
            self.items[i].size = <uint32_t>PyBytes_GET_SIZE(item)
        self.value.items = self.items
        self.value.number = len(given)
        return 0


cdef Comparison comparison(Holds holds, int cost, int chance):
    """A row of a table of operators."""
    cdef Comparison row = Comparison.__new__(Comparison)
    row.holds = holds
    row.cost = cost
    row.chance = chance
    return row


cdef Matcher matcher_new(Comparison row):
    """A matcher whose constants the caller fills in."""
    cdef Matcher matcher = Matcher.__new__(Matcher)
    matcher.holds = row.holds
    matcher.cost = row.cost
    matcher.chance = row.chance
    return matcher

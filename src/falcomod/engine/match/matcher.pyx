# SPDX-License-Identifier: Apache-2.0
"""The prepared right side of a check.

A matcher is made once, at load, by numbers, texts, paths and addresses; the
evaluation graph copies its constant and its function pointer and calls that
per event.  Many constants compared at once (a set, later an automaton over
many patterns) are just another table and another function.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memset

from falcomod.engine.types cimport Value


cdef class Comparison:
    pass


cdef class Matcher:

    def __cinit__(self):
        memset(&self.constant, 0, sizeof(self.constant))
        self.holds = NULL

    def matches(self, value) -> bool:
        """Whether *value* satisfies the check: bytes for texts, addresses and buffers, else int, bool or float."""
        cdef Value candidate
        memset(&candidate, 0, sizeof(candidate))
        if isinstance(value, bytes):
            candidate.text.data = PyBytes_AS_STRING(value)
            candidate.text.size = <uint32_t>PyBytes_GET_SIZE(value)
        elif isinstance(value, float):
            candidate.real = value
        else:
            candidate.number = <int64_t><uint64_t>(int(value) & 0xFFFFFFFFFFFFFFFF)
        return self.holds(&self.constant, &candidate)


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

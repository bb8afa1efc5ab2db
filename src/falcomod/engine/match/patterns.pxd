# SPDX-License-Identifier: Apache-2.0
"""Many checks of one text, of which any, all or exactly one has to hold."""

from libc.stdint cimport uint32_t

from falcomod.engine.match.automaton cimport Automaton
from falcomod.engine.match.matcher cimport Constant, Holds, Matcher
from falcomod.engine.match.textset cimport TextSet
from falcomod.engine.types cimport Str

# One check among several.
cdef struct Single:
    Holds holds
    const Constant *constant

# Texts of which none begins with another (as ends: none ends with another), sorted by
# their bytes (from the end), so that the only one that can fit is found by bisection.
cdef struct Edges:
    uint32_t count
    Str *texts

cdef struct Patterns:
    const TextSet *whole         # texts to be equal to; NULL: none
    Edges starts                 # beginnings
    Edges ends                   # endings
    const Automaton *parts       # texts to be contained; NULL: none
    const Automaton *folded      # … in any case of ASCII letters
    uint32_t count               # of singles: all checks, or for any_fits() what stands in no table
    Single *singles


cdef class PatternsOwner:
    cdef Patterns patterns
    cdef list kept               # tables, matchers and bytes that patterns points into

    cdef int take_edges(self, Edges *edges, list texts, bint from_end) except -1
    cdef int take_singles(self, list matchers) except -1

# SPDX-License-Identifier: Apache-2.0
"""The loop over events that are JSON documents."""

cimport cython
from libc.stdint cimport uint32_t, uint64_t

from falcomod.engine.decode.event cimport Event
from falcomod.engine.match.ruleset cimport Ruleset
from falcomod.engine.state.context cimport Context, ContextView
from falcomod.engine.state.tables cimport State
from falcomod.engine.types cimport Arena

cdef enum:
    RULE_IDS_MAX = 256           # rules of one event that are told; further ones are not looked for


@cython.final
cdef class DocumentEngine:
    """Takes documents through the rules."""

    cdef object documents        # their iterator
    cdef Ruleset rules           # None: documents are counted only
    cdef object on_match
    cdef object on_error
    cdef readonly bint at_end    # there will never be a document again

    cdef Event event             # the current one
    cdef Context context
    cdef State state             # no processes: for the times of events before
    cdef Arena arena
    cdef ContextView view
    cdef uint32_t rule_ids[RULE_IDS_MAX]
    cdef str second              # the last whole second that a time was in, "2024-05-01T10:00:00"
    cdef uint64_t second_ns      # … in nanoseconds since the epoch

    cdef uint64_t matches        # events that at least one rule matched
    cdef uint64_t errors         # exceptions contained
    cdef uint64_t undated        # events without a time that can be read

    cdef int take(self, dict document) except -1
    cdef int date(self, dict document) except -1
    cdef int hand_over(self, int count) except -1

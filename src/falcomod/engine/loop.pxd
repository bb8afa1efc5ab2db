# SPDX-License-Identifier: Apache-2.0
"""The loop over events."""

cimport cython
from libc.stdint cimport uint32_t, uint64_t

from falcomod.engine.capture.source cimport Record, Source
from falcomod.engine.decode.event cimport FAULT_MAX, Event
from falcomod.engine.match.ruleset cimport Ruleset
from falcomod.engine.state.context cimport Context, ContextView
from falcomod.engine.state.tables cimport State
from falcomod.engine.state.waiting cimport Held, Waiting
from falcomod.engine.types cimport Arena

cdef enum:
    RULE_IDS_MAX = 256           # rules of one event that are told; further ones are not looked for


@cython.final
cdef class Engine:
    """Takes records from a source through decode, state and rules."""

    cdef readonly Source source
    cdef readonly State state    # None: that stage is left out
    cdef Ruleset rules           # None: likewise
    cdef readonly Waiting waiting        # None: no record waits
    cdef object on_match
    cdef object on_error
    cdef readonly bint at_end    # the source will never have a record again

    cdef Event event             # the current one
    cdef Context context
    cdef Arena arena
    cdef ContextView view
    cdef bint in_event           # an exception left this event half done
    cdef Held *held              # the record that the event is of, if it has waited; else NULL
    cdef bytes own               # a record that was made here
    cdef bint is_own             # the event is of that one
    cdef object posts            # to be called between two events
    cdef int has_posts           # 1: there are some; written by any thread
    cdef uint32_t rule_ids[RULE_IDS_MAX]

    cdef uint64_t records        # seen, corrupt ones counted
    cdef uint64_t state_only     # that were no events to the rules
    cdef uint64_t announced      # containers whose start was told as an event of our own
    cdef uint64_t corrupt[FAULT_MAX]
    cdef uint64_t matches        # events that at least one rule matched
    cdef uint64_t errors         # exceptions contained

    cdef int drain(self, int timeout_ms, uint64_t records_max) except -1 nogil
    cdef int take(self, const Record *record) except -1 nogil
    cdef bint must_wait(self) except -1 nogil
    cdef int take_event(self) except -1 nogil
    cdef int take_held(self, bint is_last) except -1 nogil
    cdef int resume(self) except -1 nogil
    cdef int take_posts(self) except -1
    cdef int take_news(self) except -1 nogil
    cdef int announce(self) except -1
    cdef int settle(self) except -1 nogil
    cdef int look(self) except -1 nogil
    cdef int end_event(self) except -1 nogil
    cdef int hand_over(self, int count) except -1

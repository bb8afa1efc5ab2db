# SPDX-License-Identifier: Apache-2.0
"""For every record: decode, update the state, match, hand a match to Python.

The interpreter's lock is free but for a match.  An event that matches nothing
creates no Python object.

What must not stop the agent ends here: a corrupt record is counted by its fault and
passed over, an exception of on_match (or of a stage) is counted and told to
on_error, and the next event follows.
"""

from libc.stdint cimport uint32_t, uint64_t

from falcomod.engine.capture.source cimport (
    REFILL_BATCH, REFILL_END, Record, Source,
)
from falcomod.engine.decode.event cimport FAULT_LENGTH, FAULT_MAX, FAULT_NONE, Fault, decode
from falcomod.engine.match.ruleset cimport Ruleset
from falcomod.engine.state.context cimport ContextView
from falcomod.engine.state.tables cimport State
from falcomod.engine.state.update cimport apply
from falcomod.engine.types cimport arena_free, arena_init, arena_reset

from falcomod.engine.decode.event import FAULT_NAMES


cdef class Engine:
    """One stream of events.

    *on_match* is called with the ids of the rules that match, in order, and a view of
    the event that is valid until it returns; *on_error* with an exception of on_match.
    *state* None leaves out state and rules, *ruleset* None the rules.  For one thread
    at a time.
    """

    def __cinit__(self):
        arena_init(&self.arena)

    def __dealloc__(self):
        arena_free(&self.arena)

    def __init__(
        self, Source source not None, State state, Ruleset ruleset, on_match, *, on_error=None
    ) -> None:
        self.source = source
        self.state = state
        self.rules = ruleset
        self.on_match = on_match
        self.on_error = on_error
        self.view = ContextView()
        self.context.event = &self.event
        self.context.arena = &self.arena
        self.context.tables = NULL if state is None else &state.tables

    @property
    def ruleset(self):
        """The rules in force; may be set between runs."""
        return self.rules

    @ruleset.setter
    def ruleset(self, Ruleset ruleset):
        self.rules = ruleset

    def run(self, timeout_ms: int, max_events: int) -> int:
        """Takes what is there, at most *max_events* records; returns how many it took.

        Waits at most *timeout_ms* when there is nothing at all, less when a signal comes.
        Raises what the source raises (DriverError).
        """
        cdef uint64_t start = self.records
        cdef uint64_t records_max = start + <uint64_t>max_events
        cdef int wait_ms = timeout_ms
        while True:
            try:
                with nogil:
                    self.drain(wait_ms if self.records == start else 0, records_max)
                return self.records - start
            except Exception as error:
                if not self.in_event:
                    raise
                self.errors += 1
                if self.on_error is not None:
                    self.on_error(error)

    def counters(self) -> dict[str, int]:
        """events, state_only, matches, errors, corrupt and corrupt_<fault>, since the engine was made."""
        counts = {
            "events": self.event.number,
            "matches": self.matches,
            "errors": self.errors,
            "state_only": self.state_only,
            "corrupt": self.records - self.state_only - self.event.number,
        }
        for fault in range(1, FAULT_MAX):
            counts[f"corrupt_{FAULT_NAMES[fault]}"] = self.corrupt[<uint32_t>fault]
        return counts

    cdef int drain(self, int timeout_ms, uint64_t records_max) except -1 nogil:
        cdef Record record
        cdef int filled
        if self.in_event:
            self.end_event()
        while self.records < records_max:
            if self.source.next(&record):
                self.take(&record)
                continue
            filled = self.source.refill(timeout_ms)
            if filled != REFILL_BATCH:
                self.at_end = filled == REFILL_END
                break
            timeout_ms = 0
        return 0

    cdef int take(self, const Record *record) except -1 nogil:
        cdef Fault fault = decode(record.data, record.size, &self.event)
        self.records += 1
        if fault == FAULT_NONE:
            self.event.cpu = record.cpu
            self.in_event = True
            if record.is_state_only:
                self.state_only += 1
                self.settle()
            else:
                self.event.number += 1
                self.settle()
                self.look()
            return self.end_event()
        self.corrupt[<int>fault] += 1
        if fault == FAULT_LENGTH:
            return self.source.drop_rest()
        return self.source.consume(self.event.record_size)

    cdef int settle(self) except -1 nogil:
        if self.state is not None:
            arena_reset(&self.arena)
            apply(&self.context)
        return 0

    cdef int look(self) except -1 nogil:
        cdef int count
        if self.rules is None or self.state is None:
            return 0
        count = self.rules.match(&self.context, self.rule_ids, RULE_IDS_MAX)
        if count > 0:
            self.matches += 1
            with gil:
                self.hand_over(count)
        return 0

    cdef int end_event(self) except -1 nogil:
        self.in_event = False
        return self.source.consume(self.event.record_size)

    cdef int hand_over(self, int count) except -1:
        rule_ids = tuple([self.rule_ids[<uint32_t>index] for index in range(count)])
        self.view.context = &self.context
        try:
            self.on_match(rule_ids, self.view)
        finally:
            self.view.context = NULL
        return 0

# SPDX-License-Identifier: Apache-2.0
"""For every record: decode, update the state, match, hand a match to Python.

The interpreter's lock is free but for a match.  An event that matches nothing
creates no Python object.

Three things happen between two events: what other threads have posted is called,
records that have waited for their container (state.waiting) are taken, and the start of
a container is told as an event of our own (evt.type container).

What must not stop the agent ends here: a corrupt record is counted by its fault and
passed over, an exception of on_match (or of a stage) is counted and told to
on_error, and the next event follows.
"""

from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport free

from falcomod.engine._uapi cimport FM_CONTAINER_JSON_2_E, fm_record_header
from falcomod.engine.capture.source cimport (
    REFILL_BATCH, REFILL_END, Record, Source,
)
from falcomod.engine.decode.event cimport FAULT_LENGTH, FAULT_MAX, FAULT_NONE, Fault, decode
from falcomod.engine.match.ruleset cimport Ruleset
from falcomod.engine.state.containers cimport (
    Container, container_release, containers_next_to_announce,
)
from falcomod.engine.state.context cimport ContextView
from falcomod.engine.state.tables cimport State, Tables
from falcomod.engine.state.update cimport apply
from falcomod.engine.state.waiting cimport Held, Waiting, is_image
from falcomod.engine.types cimport arena_free, arena_init, arena_reset, text_release

from collections import deque

from falcomod.engine.decode.event import FAULT_NAMES

# The flag is set by threads that hold the GIL and read without it.
cdef extern from * nogil:
    """
    /* Pairs with flag_raise: what was posted before is seen. */
    static inline int flag_take(int *flag)
    {
        if (!__atomic_load_n(flag, __ATOMIC_RELAXED))
            return 0;
        return __atomic_exchange_n(flag, 0, __ATOMIC_ACQUIRE);
    }

    /* Pairs with flag_take. */
    static inline void flag_raise(int *flag)
    {
        __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
    }
    """
    int flag_take(int *flag)
    void flag_raise(int *flag)

cdef enum:
    WAITING_POLL_MS = 1          # longest sleep while records wait
    LOOK_EVERY = 1024            # records between two looks for those whose waiting is over


cdef class Engine:
    """One stream of events.

    *on_match* is called with the ids of the rules that match, in order, and a view of
    the event that is valid until it returns; *on_error* with an exception of on_match.
    *state* None leaves out state and rules, *ruleset* None the rules.  *waiting*, made with
    the same state, keeps records back while their container is not known.  For one thread
    at a time, but for post().
    """

    def __cinit__(self):
        arena_init(&self.arena)
        self.posts = deque()

    def __dealloc__(self):
        arena_free(&self.arena)
        free(self.held)

    def __init__(
        self, Source source not None, State state, Ruleset ruleset, on_match, *, on_error=None,
        Waiting waiting=None,
    ) -> None:
        self.source = source
        self.state = state
        self.rules = ruleset
        self.on_match = on_match
        self.on_error = on_error
        self.waiting = waiting
        if waiting is not None:
            if waiting.state is not state:
                raise ValueError("records wait for containers of another state")
            waiting.on_error = self.contain
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
                self.contain(error)

    def post(self, call) -> None:
        """Has call() called on the engine's thread, between two events; from any thread.

        Soon: at the next record, or when run() next stops sleeping.  Its exceptions are
        counted and told to on_error.
        """
        self.posts.append(call)
        flag_raise(&self.has_posts)

    @property
    def is_waiting(self) -> bool:
        """Whether there are records whose container is not known yet."""
        return self.waiting is not None and self.waiting.first != NULL

    def finish(self) -> None:
        """Takes the records that still wait, whatever is known of their containers."""
        while self.is_waiting or self.in_event:
            try:
                with nogil:
                    self.resume()
                    self.take_held(True)
            except Exception as error:
                self.contain(error)

    def contain(self, error) -> None:
        """Counts an exception of a callback, and tells of it."""
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
            "announced": self.announced,
            "corrupt": sum([self.corrupt[<uint32_t>fault] for fault in range(1, FAULT_MAX)]),
        }
        for fault in range(1, FAULT_MAX):
            counts[f"corrupt_{FAULT_NAMES[fault]}"] = self.corrupt[<uint32_t>fault]
        if self.waiting is not None:
            counts |= self.waiting.counters()
        return counts

    cdef int drain(self, int timeout_ms, uint64_t records_max) except -1 nogil:
        cdef Record record
        cdef int filled
        self.resume()
        while self.records < records_max:
            if flag_take(&self.has_posts):
                with gil:
                    self.take_posts()
                self.take_held(False)
            if self.source.next(&record):
                self.take(&record)
                if self.records % LOOK_EVERY == 0:
                    self.take_held(False)
                continue
            self.take_held(False)
            if self.waiting is not None and self.waiting.first != NULL:
                timeout_ms = min(timeout_ms, WAITING_POLL_MS)
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
            elif not self.must_wait():
                self.take_event()
            self.end_event()
            return self.take_news()
        self.corrupt[<int>fault] += 1
        if fault == FAULT_LENGTH:
            return self.source.drop_rest()
        return self.source.consume(self.event.record_size)

    cdef inline bint must_wait(self) except -1 nogil:
        """Whether the event's record is kept back; of almost all events three looks tell."""
        if self.waiting is None:
            return False
        if (
            self.waiting.records == 0
            and self.context.tables.containers.unsettled == 0
            and not is_image(&self.event)
        ):
            return False
        return self.waiting.takes(self.context.tables, &self.event)

    cdef int take_event(self) except -1 nogil:
        self.event.number += 1
        self.settle()
        self.look()
        return 0

    cdef int take_held(self, bint is_last) except -1 nogil:
        """Takes the records whose waiting is over, or all of them."""
        if self.waiting is None or self.waiting.first == NULL:
            return 0
        while True:
            self.held = self.waiting.next(self.context.tables, is_last)
            if self.held == NULL:
                return 0
            decode(self.held.data, self.held.size, &self.event)
            self.event.cpu = self.held.cpu
            self.in_event = True
            if not self.must_wait():
                self.take_event()
            self.end_event()
            self.take_news()

    cdef int resume(self) except -1 nogil:
        """Goes on behind an event whose callback has failed, with what is due before the next record."""
        if not self.in_event:
            return 0
        self.end_event()
        self.take_news()
        return self.take_held(False)

    cdef int take_news(self) except -1 nogil:
        """Tells of containers whose start the last event was."""
        if self.waiting is not None and self.context.tables.containers.to_announce != NULL:
            with gil:
                self.announce()
        return 0

    cdef int take_posts(self) except -1:
        while self.posts:
            try:
                self.posts.popleft()()
            except Exception as error:
                self.contain(error)
        return self.take_news()

    cdef int announce(self) except -1:
        """Tells the start of containers, after the event by which it was seen."""
        cdef Tables *tables = self.context.tables
        cdef Container *container
        while True:
            container = containers_next_to_announce(&tables.containers)
            if container == NULL:
                return 0
            self.own = record_of(container, tables.current_ns)
            if decode(self.own, len(self.own), &self.event) != FAULT_NONE:
                container_release(container)
                continue
            tables.own = container
            self.announced += 1
            self.event.cpu = 0
            self.in_event = self.is_own = True
            self.take_event()
            self.end_event()

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
        if self.held != NULL:
            free(self.held)
            self.held = NULL
            return 0
        if self.is_own:
            self.is_own = False
            return 0
        return self.source.consume(self.event.record_size)

    cdef int hand_over(self, int count) except -1:
        rule_ids = tuple([self.rule_ids[<uint32_t>index] for index in range(count)])
        self.view.context = &self.context
        try:
            self.on_match(rule_ids, self.view)
        finally:
            self.view.context = NULL
        return 0


cdef bytes record_of(Container *container, uint64_t ts_ns):
    """The record of a container event, by the thread that was seen in it first."""
    cdef fm_record_header header
    cdef uint32_t size
    text = container.json.data[:container.json.size]
    text_release(container.json)
    container.json = NULL
    size = <uint32_t>len(text) + 1
    header.ts = ts_ns
    header.tid = container.first_tid
    header.type = FM_CONTAINER_JSON_2_E
    header.nparams = 1
    header.len = sizeof(header) + sizeof(size) + size
    return (<char *>&header)[:sizeof(header)] + (<char *>&size)[:sizeof(size)] + text + b"\0"

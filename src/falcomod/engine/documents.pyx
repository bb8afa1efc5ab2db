# SPDX-License-Identifier: Apache-2.0
"""For every JSON document: its time, its number, the rules; a match goes to Python.

The counterpart of engine.loop for events that no driver records, such as audit
events of Kubernetes (source "k8s_audit").  It needs no Source: documents are what
an iterator yields, parsed already, each a dict that nobody changes meanwhile.

    engine = DocumentEngine(AuditLines(path), rules.rulesets["k8s_audit"], on_match)
    while not engine.at_end:
        engine.run(0, 1024)

An iterator that has nothing for the moment yields None, upon which run() returns;
its end is at_end.  Rules see an event with the code PLUGINEVENT_E and no parameters,
no thread and no descriptor, whose document is in Context.document.

What must not stop the agent ends here: an exception of on_match (or of a field) is
counted and told to on_error, and the next document follows.
"""

from cpython.ref cimport PyObject
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memset

from falcomod.engine._uapi cimport FM_PLUGINEVENT_E
from falcomod.engine.decode.schema cimport event_info
from falcomod.engine.match.ruleset cimport Ruleset
from falcomod.engine.state.context cimport ContextView
from falcomod.engine.state.tables cimport State
from falcomod.engine.types cimport arena_free, arena_init, arena_reset

import re
from calendar import timegm

cdef enum:
    SECOND_NS = 1000000000

# RFC 3339 in UTC, as Kubernetes writes times.
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?Z", re.ASCII)

# Where an audit event has its time, the end of what it tells of first; the last is that
# of events before audit.k8s.io/v1beta1.
_TIME_KEYS = ("stageTimestamp", "requestReceivedTimestamp", "timestamp")


cdef class DocumentEngine:
    """One stream of documents.

    *on_match* is called with the ids of the rules that match, in order, and a view of
    the event that is valid until it returns; *on_error* with an exception of on_match.
    *ruleset* None leaves out the rules.  For one thread at a time.
    """

    def __cinit__(self):
        arena_init(&self.arena)
        memset(&self.event, 0, sizeof(self.event))
        memset(&self.context, 0, sizeof(self.context))

    def __dealloc__(self):
        arena_free(&self.arena)

    def __init__(
        self, documents, Ruleset ruleset, on_match, *, on_error=None, str source="k8s_audit"
    ) -> None:
        self.documents = iter(documents)
        self.rules = ruleset
        self.on_match = on_match
        self.on_error = on_error
        self.view = ContextView(source)
        self.state = State()
        self.event.code = FM_PLUGINEVENT_E
        self.event.info = event_info(FM_PLUGINEVENT_E)
        self.event.tid = -1
        self.context.event = &self.event
        self.context.arena = &self.arena
        self.context.tables = &self.state.tables
        self.context.fd_number = -1

    @property
    def source(self) -> str:
        """The source of all its events."""
        return self.view.source

    @property
    def ruleset(self):
        """The rules in force; may be set between runs."""
        return self.rules

    @ruleset.setter
    def ruleset(self, Ruleset ruleset):
        self.rules = ruleset

    def run(self, timeout_ms: int, max_events: int) -> int:
        """Takes what is there, at most *max_events* documents; returns how many it took.

        How long it waits is up to the iterator; *timeout_ms* is for the likeness to
        engine.loop.  Raises what the iterator raises.
        """
        cdef uint64_t start = self.event.number
        while self.event.number - start < <uint64_t>max_events:
            try:
                document = next(self.documents)
            except StopIteration:
                self.at_end = True
                break
            if document is None:
                break
            try:
                self.take(document)
            except Exception as error:
                self.errors += 1
                if self.on_error is not None:
                    self.on_error(error)
        return self.event.number - start

    def counters(self) -> dict[str, int]:
        """events, matches, errors and undated, since the engine was made."""
        return {
            "events": self.event.number,
            "matches": self.matches,
            "errors": self.errors,
            "undated": self.undated,
        }

    cdef int take(self, dict document) except -1:
        cdef int count
        self.event.number += 1
        self.date(document)
        if self.rules is None:
            return 0
        arena_reset(&self.arena)
        self.context.document = <PyObject *>document
        try:
            count = self.rules.match(&self.context, self.rule_ids, RULE_IDS_MAX)
            if count > 0:
                self.matches += 1
                self.hand_over(count)
        finally:
            self.context.document = NULL
        return 0

    cdef int date(self, dict document) except -1:
        """The event's time; one that has none happened with the one before."""
        for key in _TIME_KEYS:
            value = document.get(key)
            match = _TIME.fullmatch(value) if isinstance(value, str) else None
            if match is not None:
                break
        else:
            self.undated += 1
            return 0
        second, fraction = match.groups()
        if second != self.second:
            try:
                self.second_ns = _second_ns(second)
            except ValueError:
                self.undated += 1
                return 0
            self.second = second
        self.event.ts_ns = self.second_ns + <uint64_t>int((fraction or "0").ljust(9, "0"))
        if self.state.tables.first_ns == 0:
            self.state.tables.first_ns = self.state.tables.current_ns = self.event.ts_ns
        self.state.tables.previous_ns = self.state.tables.current_ns
        self.state.tables.current_ns = self.event.ts_ns
        return 0

    cdef int hand_over(self, int count) except -1:
        rule_ids = tuple([self.rule_ids[<uint32_t>index] for index in range(count)])
        self.view.context = &self.context
        try:
            self.on_match(rule_ids, self.view)
        finally:
            self.view.context = NULL
        return 0


cdef uint64_t _second_ns(str text) except? 0xFFFFFFFFFFFFFFFF:
    """Nanoseconds since the epoch; ValueError for no such time, or one before the epoch."""
    cdef long long seconds
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
    # A leap second counts as the first second of the next minute.
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        raise ValueError(f"no time: {text}")
    seconds = timegm((year, month, day, hour, minute, second))
    if seconds < 0 or year > 2500:
        raise ValueError(f"no time that can be counted: {text}")
    return <uint64_t>seconds * SECOND_NS

# SPDX-License-Identifier: Apache-2.0
"""Checks that follow from an event's code alone.

For the fields named in FIELDS, the field's own function is asked, at load, with
an event of which only the code is there; whatever it says holds for every event
of that code.  Calls without an event of their own share one code, as do events
that observers put in, so of them the type is known only not to be that of another
event.
"""

from libc.string cimport memset

from falcomod.engine._uapi cimport FM_ASYNCEVENT_E, FM_GENERIC_X
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.schema cimport event_info
from falcomod.engine.fields.field cimport FieldRef
from falcomod.engine.match.matcher cimport Matcher
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Value

from falcomod.engine.decode.schema import codes_of


def is_of_code(ref) -> bool:
    """Whether the value of a field reference depends on the event's code alone."""
    return ref.info.name in FIELDS       # no expression is


def decided(check, int code):
    """Whether a check of such a field holds for every event of *code*; None where that depends on the event."""
    cdef FieldRef ref = check.ref
    cdef Matcher matcher = check.matcher
    cdef Event event
    cdef Context context
    cdef Value value
    if code in (FM_GENERIC_X, FM_ASYNCEVENT_E) and ref.info.name in TYPE_FIELDS:
        return _decided_of_many(check, code)
    memset(&event, 0, sizeof(event))
    memset(&context, 0, sizeof(context))
    event.code = code
    event.info = event_info(code)
    context.event = &event
    if event.info is NULL:
        raise ValueError(f"no such event code: {code}")
    return ref.row.function(&context, &ref.arg, &value) == 1 and matcher.holds(&matcher.constant, &value)


def _decided_of_many(check, int code):
    """Of a code that events of several types share."""
    if check.ref.info.name == "evt.type" and check.operator in ("=", "in"):
        if not any(code in codes_of(value) for value in check.values):
            return False
    return None


TYPE_FIELDS = frozenset(("evt.type", "evt.type.is", "syscall.type"))

FIELDS = TYPE_FIELDS | {
    "evt.dir", "evt.count", "evt.count.exit", "evt.source", "evt.is_async", "evt.is_io",
    "evt.is_io_read", "evt.is_io_write", "evt.is_wait",
}

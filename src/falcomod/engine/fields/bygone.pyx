# SPDX-License-Identifier: Apache-2.0
"""Fields of old versions of Falco that nothing gives a value any more.

Old rules that name them load, with a warning, and their checks never hold:
tracers (span.*, evtin.*) went with libraries 0.10, Mesos and Marathon with
Falco 0.35.
"""

from libc.stdint cimport uint8_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value


cdef int _never(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return 0


cdef int _text(str name, str doc) except -1:
    return bind(name, FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, _never, f"{doc}; {REASON}")


cdef int _keyed(str name, str doc) except -1:
    return bind(
        name, FM_PT_CHARBUF, FIELD_DEPRECATED | FIELD_NAMED | FIELD_KEYED, ARG_REQUIRED, _never,
        f"{doc}; {REASON}",
    )


cdef int _number(str name, uint8_t type, str doc) except -1:
    return bind(name, type, FIELD_DEPRECATED, ARG_NONE, _never, f"{doc}; {REASON}")


def _owner(prefix: str, word: str) -> None:
    """The fields of something with labels."""
    _text(f"{prefix}.name", f"name of the {word}")
    _text(f"{prefix}.id", f"id of the {word}")
    _keyed(f"{prefix}.label", f"a label of the {word}")
    _text(f"{prefix}.labels", f"all labels of the {word}")


def _span(prefix: str, word: str) -> None:
    """The fields of the events that a span encloses."""
    _number(f"{prefix}.id", FM_PT_INT64, f"id of the {word}")
    _number(f"{prefix}.ntags", FM_PT_UINT32, f"number of tags of the {word}")
    _number(f"{prefix}.nargs", FM_PT_UINT32, f"number of arguments of the {word}")
    _text(f"{prefix}.tags", f"tags of the {word}")
    _keyed(f"{prefix}.tag", f"one tag of the {word}")
    _text(f"{prefix}.args", f"arguments of the {word}")
    _keyed(f"{prefix}.arg", f"one argument of the {word}")


REASON = "never has a value"

begin_class("mesos", "Mesos and Marathon", "What old versions asked an orchestrator.", ("syscall",))

_owner("mesos.task", "task")
_text("mesos.framework.name", "name of the framework")
_text("mesos.framework.id", "id of the framework")
_owner("marathon.app", "application")
_text("marathon.group.name", "name of the group")
_text("marathon.group.id", "id of the group")

begin_class("span", "Spans", "Marks that programs wrote to /dev/null for old versions.", ("syscall",))

_span("span", "span")
_text("span.time", "time of the span")
_text("span.enterargs", "arguments of the span's beginning")
_keyed("span.enterarg", "one argument of the span's beginning")
_number("span.duration", FM_PT_RELTIME, "how long the span took")
_number("span.duration.quantized", FM_PT_UINT64, "span.duration as a step of a logarithmic scale")
_text("span.duration.human", "span.duration with a unit")
_keyed("span.duration.fortag", "span.duration of spans with that tag")
_number("span.count", FM_PT_UINT64, "1 for a span that ends")
_keyed("span.count.fortag", "1 for a span with that tag that ends")
_keyed("span.childcount.fortag", "1 for a span below that tag that ends")
_text("span.idtag", "id and tag of the span in one word")
_number("span.rawtime", FM_PT_ABSTIME, "time of the span in nanoseconds")
_number("span.rawparenttime", FM_PT_ABSTIME, "time of the span's parent in nanoseconds")

_span("evtin.span", "span around the event")
_span("evtin.span.p", "span around the event, of its parent process")
_span("evtin.span.s", "span around the event, of its own script")
_span("evtin.span.m", "span around the event, of its own machine")

begin_class("util", "Others", "Helpers of other tools.", ("syscall",))

_number("util.cnt", FM_PT_UINT64, "a counter of its own uses")

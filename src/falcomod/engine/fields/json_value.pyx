# SPDX-License-Identifier: Apache-2.0
"""json.* and jevt.*: what any event that is JSON has; jevt.* are the older names.

    jevt.value[/requestObject/metadata/name]

The argument is a JSON pointer (RFC 6901): ~1 stands for / in a name, ~0 for ~; the
slash in front may be left out.
"""

import json

from libc.stdint cimport int8_t, int32_t
from libc.string cimport memcpy

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.document cimport give_string, text_of, value_at
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.writer cimport Writer, put_unsigned, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value

from falcomod.engine.fields import evt
from falcomod.engine.fields.document import MISSING

cdef object _missing = MISSING
cdef object _indent = json.JSONEncoder(ensure_ascii=False, indent=2).encode
cdef dict _numbers = {}          # pointer → where its keys are
cdef list _pointers = []         # keys of every pointer that a reference was made with


begin_class("json", "JSON", "Any value of an event that is a JSON document.", ("k8s_audit",))


cdef int json_value(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.document is NULL:
        return 0
    with gil:
        return _give_value(context, arg, out)
bind("json.value", FM_PT_CHARBUF, 0, ARG_REQUIRED, json_value,
     "what a JSON pointer leads to: json.value[/user/username]")


cdef int json_obj(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.document is NULL:
        return 0
    with gil:
        return _give_document(context, out)
bind("json.obj", FM_PT_CHARBUF, 0, ARG_NONE, json_obj, "the whole event, indented")


cdef int json_rawtime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.document is NULL:
        return 0
    writer_init(&writer, context.arena)
    put_unsigned(&writer, context.event.ts_ns, 10, 0)
    return writer_finish(&writer, out)
bind("json.rawtime", FM_PT_CHARBUF, 0, ARG_NONE, json_rawtime,
     "nanoseconds since the epoch, as a text")


begin_class("jevt", "JSON events", "Older names of the fields of JSON events.", ("k8s_audit",))

bind("jevt.value", FM_PT_CHARBUF, 0, ARG_REQUIRED, json_value,
     "what a JSON pointer leads to: jevt.value[/user/username]")
bind("jevt.obj", FM_PT_CHARBUF, 0, ARG_NONE, json_obj, "the whole event, indented")
bind("jevt.rawtime", FM_PT_CHARBUF, 0, ARG_NONE, json_rawtime,
     "nanoseconds since the epoch, as a text")

cdef FieldRef _time = FieldRef("evt.time", None, "evt.time")
cdef FieldRef _time_iso8601 = FieldRef("evt.time.iso8601", None, "evt.time.iso8601")

bind("jevt.time", FM_PT_CHARBUF, 0, ARG_NONE, _time.row.function, _time.info.doc)
bind("jevt.time.iso8601", FM_PT_CHARBUF, 0, ARG_NONE, _time_iso8601.row.function, _time_iso8601.info.doc)


cdef int _give_value(Context *context, const Arg *arg, Value *out) except -1:
    cdef int32_t number
    memcpy(&number, arg.parameter, sizeof(number))
    value = value_at(<object>context.document, <tuple>_pointers[number])
    if value is _missing:
        return 0
    try:
        return give_string(context, text_of(value), out)
    except RecursionError:
        return 0


cdef int _give_document(Context *context, Value *out) except -1:
    try:
        return give_string(context, _indent(<object>context.document), out)
    except RecursionError:
        return 0


def _prepare_pointer(FieldRef ref not None):
    """Takes the pointer apart, and leaves in the reference's parameter where its keys are."""
    cdef str pointer = ref._argument.decode("utf-8", "surrogateescape")
    if pointer not in _numbers:
        keys = pointer.removeprefix("/").split("/")
        _pointers.append(tuple([key.replace("~1", "/").replace("~0", "~") for key in keys]))
        _numbers[pointer] = len(_pointers) - 1
    ref._parameter = _numbers[pointer].to_bytes(4, "little")
    ref.arg.parameter = <const int8_t *><const char *>ref._parameter


on_reference("json.value", _prepare_pointer)
on_reference("jevt.value", _prepare_pointer)

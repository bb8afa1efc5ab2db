# SPDX-License-Identifier: Apache-2.0
"""evt.*: what a call was given, and the data that it moved."""

from libc.stdint cimport int8_t, int64_t, uint8_t, uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_bytes, param_str
from falcomod.engine.decode.schema cimport event_info
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.parameter cimport *
from falcomod.engine.fields.writer cimport Writer, put_char, put_text, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value
from falcomod.errors import FieldError


cdef int evt_arg(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    cdef int64_t index = arg.parameter[context.event.code]
    if index < 0:
        return 0
    writer_init(&writer, context.arena)
    if not put_resolved(&writer, context, <uint32_t>index):
        if not put_plain(&writer, context, <uint32_t>index):
            return 0
    return writer_finish(&writer, out)
bind("evt.arg", FM_PT_CHARBUF, FIELD_NAMED, ARG_REQUIRED, evt_arg,
     "an argument as text, by name or number: evt.arg.flags, evt.arg[0]")


cdef int evt_rawarg(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Event *event = context.event
    cdef int64_t index = arg.parameter[event.code]
    cdef uint8_t type
    if index < 0 or index >= event.nparams or event.param_size[index] == 0:
        return 0
    type = event.info.params[index].type
    if is_number(type):
        return number_of(event, <uint32_t>index, &out.number)
    if type in (FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH):
        out.text = param_str(event, <uint32_t>index)
    else:
        out.text = param_bytes(event, <uint32_t>index)
    return 1
bind("evt.rawarg", FM_PT_DYN, FIELD_NAMED | FIELD_NO_RHS | FIELD_NO_TRANSFORMER, ARG_REQUIRED, evt_rawarg,
     "an argument as it is stored, by name; numbers stay numbers")


cdef int evt_args(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    cdef uint32_t index
    writer_init(&writer, context.arena)
    if context.event.code != FM_GENERIC_X:
        for index in range(context.event.nparams):
            if index:
                put_char(&writer, c' ')
            put_text(&writer, context.event.info.params[index].name)
            put_char(&writer, c'=')
            _put_argument(&writer, context, index)
    return writer_finish(&writer, out)
bind("evt.args", FM_PT_CHARBUF, 0, ARG_NONE, evt_args, "all arguments as text: name=value(meaning) …")
bind("evt.info", FM_PT_CHARBUF, 0, ARG_NONE, evt_args, "the same as evt.args")


cdef void _put_argument(Writer *writer, Context *context, uint32_t index) noexcept nogil:
    cdef uint8_t type = context.event.info.params[index].type
    cdef uint32_t size
    if not put_plain(writer, context, index):
        if type in (FM_PT_BYTEBUF, FM_PT_SOCKTUPLE, FM_PT_FDLIST, FM_PT_DYN, FM_PT_CHARBUFARRAY):
            put_text(writer, b"NULL")
        else:
            put_text(writer, b"<NA>")
        return
    size = writer.size
    put_char(writer, c'(')
    if put_resolved(writer, context, index):
        put_char(writer, c')')
    else:
        writer.size = size


cdef int evt_buffer(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Event *event = context.event
    cdef int64_t index = arg.parameter[event.code]
    if index < 0 or index >= event.nparams or event.param_size[index] == 0:
        return 0
    out.text = param_bytes(event, <uint32_t>index)
    return 1
bind("evt.buffer", FM_PT_BYTEBUF, 0, ARG_NONE, evt_buffer,
     "data read or written, as much of it as is captured")


# References: which parameter of each event a name or number means.

def _refer_to_text(FieldRef ref) -> None:
    if ref.arg.is_index:
        found = {code: ref.arg.index for code in _codes() if ref.arg.index < event_info(code).nparams}
    else:
        found = _named(ref._argument)
    _refer(ref, found)


def _refer_to_raw(FieldRef ref) -> None:
    """The type is that of the first event with such a parameter; those of another kind have none."""
    cdef uint8_t type
    found = _named(ref._argument)
    if found:
        first = min(found)
        type = _comparable(event_info(first).params[<int>found[first]].type)
        ref.row.type = type
        found = {
            code: index
            for code, index in found.items()
            if is_number(event_info(code).params[<int>index].type) == is_number(type)
        }
    _refer(ref, found)


def refer_to_data(FieldRef ref) -> None:
    """To the parameter with what was read or written."""
    found = {
        code: index
        for code, index in _named(b"data").items()
        if event_info(code).params[<int>index].type == FM_PT_BYTEBUF
    }
    _refer(ref, found)


def _refer(FieldRef ref, found: dict) -> None:
    if not found:
        raise FieldError(f"{ref.name}: no event has such an argument")
    # 255 is -1.
    ref._parameter = bytes(found.get(code, 255) for code in range(FM_EVENT_MAX))
    ref.arg.parameter = <const int8_t *><const char *>ref._parameter


def _codes() -> list:
    return [code for code in range(FM_EVENT_MAX) if event_info(code) is not NULL]


def _named(bytes name) -> dict:
    """Code → index of the parameter of that name."""
    return {
        code: index
        for code in _codes()
        for index in range(event_info(code).nparams)
        if event_info(code).params[<int>index].name == name
    }


cdef uint8_t _comparable(uint8_t type) noexcept:
    """A type with operators: what is neither number nor string is bytes."""
    if is_number(type) or type in (FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH):
        return type
    return FM_PT_BYTEBUF


on_reference("evt.arg", _refer_to_text)
on_reference("evt.rawarg", _refer_to_raw)
on_reference("evt.buffer", refer_to_data)

# SPDX-License-Identifier: Apache-2.0
"""evt.res, evt.failed …: what a call returned, and what its failure is counted as."""

from libc.stdint cimport int64_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.names cimport errno_name
from falcomod.engine.fields.parameter cimport return_value
from falcomod.engine.fields.writer cimport Writer, put_unsigned, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport *
from falcomod.engine.types cimport Arg, Value

# What a failed call was about.
cdef enum Area:
    AREA_FILE
    AREA_NET
    AREA_MEMORY
    AREA_OTHER


cdef int evt_res(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    cdef int64_t number
    if not return_value(context.event, &number):
        return 0
    if number >= 0:
        return give_word(out, b"SUCCESS")
    if errno_name(-number) is not NULL:
        return give_word(out, errno_name(-number))
    writer_init(&writer, context.arena)
    put_unsigned(&writer, -number, 10, 0)
    return writer_finish(&writer, out)
bind("evt.res", FM_PT_CHARBUF, 0, ARG_NONE, evt_res, "SUCCESS, or the name of the error: ENOENT")


cdef int evt_rawres(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return return_value(context.event, &out.number)
bind("evt.rawres", FM_PT_INT64, 0, ARG_NONE, evt_rawres, "what the call returned; errors are negative")


cdef int evt_failed(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef int64_t number
    return give_number(out, return_value(context.event, &number) and number < 0)
bind("evt.failed", FM_PT_BOOL, 0, ARG_NONE, evt_failed,
     "whether the call returned an error; false for events that return nothing")


cdef int evt_count_error(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef int64_t number
    if not return_value(context.event, &number) or number >= 0:
        return 0
    return give_number(out, 1)
bind("evt.count.error", FM_PT_UINT32, 0, ARG_NONE, evt_count_error,
     "1 for a call that returned an error")


cdef int evt_count_error_file(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_count_error(context, arg, out) if _area(context) == AREA_FILE else 0
bind("evt.count.error.file", FM_PT_UINT32, 0, ARG_NONE, evt_count_error_file,
     "1 for a call on a file that returned an error")


cdef int evt_count_error_net(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_count_error(context, arg, out) if _area(context) == AREA_NET else 0
bind("evt.count.error.net", FM_PT_UINT32, 0, ARG_NONE, evt_count_error_net,
     "1 for a call on a socket that returned an error")


cdef int evt_count_error_memory(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.event.info.category != FM_CATEGORY_MEMORY:
        return 0
    return evt_count_error(context, arg, out)
bind("evt.count.error.memory", FM_PT_UINT32, 0, ARG_NONE, evt_count_error_memory,
     "1 for a call on memory that returned an error")


cdef int evt_count_error_other(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_count_error(context, arg, out) if _area(context) == AREA_OTHER else 0
bind("evt.count.error.other", FM_PT_UINT32, 0, ARG_NONE, evt_count_error_other,
     "1 for any other call that returned an error")


cdef Area _area(Context *context) noexcept nogil:
    cdef int code = context.event.code
    if context.fd is not NULL:
        if context.fd.type in (FD_FILE, FD_FILE_V2, FD_DIRECTORY):
            return AREA_FILE
        if context.fd.type in (
            FD_IPV4_SOCK, FD_IPV6_SOCK, FD_IPV4_SERVSOCK, FD_IPV6_SERVSOCK, FD_UNIX_SOCK,
        ):
            return AREA_NET
        return AREA_OTHER
    if code in (
        FM_OPEN_X, FM_CREAT_X, FM_OPENAT_2_X, FM_OPENAT2_X, FM_OPEN_BY_HANDLE_AT_X,
    ):
        return AREA_FILE
    if code in (FM_ACCEPT_5_X, FM_ACCEPT4_6_X, FM_CONNECT_X):
        return AREA_NET
    return AREA_MEMORY if context.event.info.category == FM_CATEGORY_MEMORY else AREA_OTHER

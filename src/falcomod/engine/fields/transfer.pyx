# SPDX-License-Identifier: Apache-2.0
"""evt.buflen*: how much a call has read or written."""

from libc.stdint cimport int64_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.descriptor cimport is_ip
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.parameter cimport return_value
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport *
from falcomod.engine.types cimport Arg, Value


cdef int evt_buflen(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef int64_t number
    if not context.event.info.flags & (FM_EF_READS_FROM_FD | FM_EF_WRITES_TO_FD):
        return 0
    if not return_value(context.event, &number) or number < 0:
        return 0
    return give_number(out, number)
bind("evt.buflen", FM_PT_UINT64, 0, ARG_NONE, evt_buflen, "bytes read or written by a call that succeeded")


cdef int evt_buflen_in(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_buflen(context, arg, out) if _reads(context) else 0
bind("evt.buflen.in", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, evt_buflen_in, "bytes read")


cdef int evt_buflen_out(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_buflen(context, arg, out) if _writes(context) else 0
bind("evt.buflen.out", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, evt_buflen_out, "bytes written")


cdef int evt_buflen_file(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_buflen(context, arg, out) if _of_file(context) else 0
bind("evt.buflen.file", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, evt_buflen_file,
     "bytes read from a file or written to one")


cdef int evt_buflen_file_in(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_buflen(context, arg, out) if _of_file(context) and _reads(context) else 0
bind("evt.buflen.file.in", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, evt_buflen_file_in,
     "bytes read from a file")


cdef int evt_buflen_file_out(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_buflen(context, arg, out) if _of_file(context) and _writes(context) else 0
bind("evt.buflen.file.out", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, evt_buflen_file_out,
     "bytes written to a file")


cdef int evt_buflen_net(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_buflen(context, arg, out) if _of_net(context) else 0
bind("evt.buflen.net", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, evt_buflen_net,
     "bytes received from the network or sent")


cdef int evt_buflen_net_in(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_buflen(context, arg, out) if _of_net(context) and _reads(context) else 0
bind("evt.buflen.net.in", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, evt_buflen_net_in,
     "bytes received from the network")


cdef int evt_buflen_net_out(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return evt_buflen(context, arg, out) if _of_net(context) and _writes(context) else 0
bind("evt.buflen.net.out", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, evt_buflen_net_out,
     "bytes sent to the network")


cdef bint _reads(Context *context) noexcept nogil:
    return context.event.info.flags & FM_EF_READS_FROM_FD != 0


cdef bint _writes(Context *context) noexcept nogil:
    return context.event.info.flags & FM_EF_WRITES_TO_FD != 0


cdef bint _of_file(Context *context) noexcept nogil:
    return context.fd is not NULL and context.fd.type in (FD_FILE, FD_FILE_V2)


cdef bint _of_net(Context *context) noexcept nogil:
    return context.fd is not NULL and is_ip(context.fd)

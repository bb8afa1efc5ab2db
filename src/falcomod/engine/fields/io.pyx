# SPDX-License-Identifier: Apache-2.0
"""evt.is_*: reading, writing, waiting, and for what a file is opened."""

from libc.stdint cimport uint32_t
from libc.string cimport memcmp

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_i64, param_u32
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value

cdef enum:
    MODE_EXECUTE = 0o111


cdef int evt_is_io(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, _has(context, FM_EF_READS_FROM_FD | FM_EF_WRITES_TO_FD))
bind("evt.is_io", FM_PT_BOOL, 0, ARG_NONE, evt_is_io, "whether the call reads or writes")


cdef int evt_is_io_read(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, _has(context, FM_EF_READS_FROM_FD))
bind("evt.is_io_read", FM_PT_BOOL, 0, ARG_NONE, evt_is_io_read, "whether the call reads")


cdef int evt_is_io_write(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, _has(context, FM_EF_WRITES_TO_FD))
bind("evt.is_io_write", FM_PT_BOOL, 0, ARG_NONE, evt_is_io_write, "whether the call writes")


cdef int evt_io_dir(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if _has(context, FM_EF_READS_FROM_FD):
        return give_word(out, b"read")
    return give_word(out, b"write") if _has(context, FM_EF_WRITES_TO_FD) else 0
bind("evt.io_dir", FM_PT_CHARBUF, 0, ARG_NONE, evt_io_dir, "read or write")


cdef int evt_is_wait(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, _has(context, FM_EF_WAITS))
bind("evt.is_wait", FM_PT_BOOL, 0, ARG_NONE, evt_is_wait, "whether the call waits (sleep, select, poll …)")


cdef int evt_is_syslog(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, is_syslog(context))
bind("evt.is_syslog", FM_PT_BOOL, 0, ARG_NONE, evt_is_syslog, "whether the call writes to /dev/log")


cdef int evt_is_open_read(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t flags
    return give_number(out, _open_flags(context.event, &flags) and flags & FM_file_flags_O_RDONLY != 0)
bind("evt.is_open_read", FM_PT_BOOL, 0, ARG_NONE, evt_is_open_read, "whether a file is opened for reading")


cdef int evt_is_open_write(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t flags
    return give_number(out, _open_flags(context.event, &flags) and flags & FM_file_flags_O_WRONLY != 0)
bind("evt.is_open_write", FM_PT_BOOL, 0, ARG_NONE, evt_is_open_write, "whether a file is opened for writing")


cdef int evt_is_open_create(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t flags
    if not _open_flags(context.event, &flags):
        return give_number(out, 0)
    if flags & FM_file_flags_O_F_CREATED:
        return give_number(out, 1)
    return give_number(out, flags & FM_file_flags_O_TMPFILE != 0 and _succeeded(context.event))
bind("evt.is_open_create", FM_PT_BOOL, 0, ARG_NONE, evt_is_open_create, "whether opening has created the file")


cdef int evt_is_open_exec(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t flags
    cdef uint32_t mode
    if not _creation_mode(context.event, &mode):
        return give_number(out, 0)
    if _open_flags(context.event, &flags):
        if not flags & (FM_file_flags_O_CREAT | FM_file_flags_O_TMPFILE):
            return give_number(out, 0)
    return give_number(out, mode & MODE_EXECUTE != 0)
bind("evt.is_open_exec", FM_PT_BOOL, 0, ARG_NONE, evt_is_open_exec,
     "whether a file is created that somebody may execute")


cdef bint is_syslog(Context *context) noexcept nogil:
    return (
        _has(context, FM_EF_WRITES_TO_FD)
        and context.fd is not NULL
        and context.fd.name is not NULL
        and context.fd.name.size == 8
        and memcmp(context.fd.name.data, b"/dev/log", 8) == 0
    )


cdef bint _has(Context *context, uint32_t flags) noexcept nogil:
    return context.event.info.flags & flags != 0


cdef bint _succeeded(const Event *event) noexcept nogil:
    return event.code & 1 and param_i64(event, 0, -1) >= 0


cdef bint _open_flags(const Event *event, uint32_t *out) noexcept nogil:
    """The flags of an open call at its end: 1, or 0 for other events; none is told twice."""
    cdef uint32_t index
    if event.code == FM_OPEN_X:
        index = FM_OPEN_X_flags
    elif event.code == FM_OPENAT_2_X:
        index = FM_OPENAT_2_X_flags
    elif event.code == FM_OPENAT2_X:
        index = FM_OPENAT2_X_flags
    elif event.code == FM_OPEN_BY_HANDLE_AT_X:
        index = FM_OPEN_BY_HANDLE_AT_X_flags
    else:
        return 0
    out[0] = param_u32(event, index, 0)
    return 1


cdef bint _creation_mode(const Event *event, uint32_t *out) noexcept nogil:
    """The mode that a created file would get: 1, or 0 for calls that have none."""
    cdef uint32_t index
    if event.code == FM_OPEN_X:
        index = FM_OPEN_X_mode
    elif event.code == FM_OPENAT_2_X:
        index = FM_OPENAT_2_X_mode
    elif event.code == FM_OPENAT2_X:
        index = FM_OPENAT2_X_mode
    elif event.code == FM_CREAT_X:
        index = FM_CREAT_X_mode
    else:
        return 0
    out[0] = param_u32(event, index, 0)
    return 1

# SPDX-License-Identifier: Apache-2.0
"""evt.*: of what kind an event is, and what it is counted as."""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcmp, strlen

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_str, param_u16
from falcomod.engine.decode.schema cimport syscall_info
from falcomod.engine.decode.schema import codes_of
from falcomod.engine.fields.evt cimport beyond_seconds, give_clock, give_since, whole_seconds
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport *
from falcomod.engine.types cimport Arg, Str, Value
from falcomod.errors import FieldError

cdef enum:
    MILLISECOND_NS = 1000000


begin_class("call", "System calls", "Fields of the events of the kernel.", ("syscall",))


# Times

cdef int evt_deltatime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_since(context, context.tables.previous_ns, out)
bind("evt.deltatime", FM_PT_RELTIME, 0, ARG_NONE, evt_deltatime, "nanoseconds since the event before")


cdef int evt_deltatime_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return whole_seconds(evt_deltatime(context, arg, out), out)
bind("evt.deltatime.s", FM_PT_RELTIME, 0, ARG_NONE, evt_deltatime_s, "whole seconds since the event before")


cdef int evt_deltatime_ns(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return beyond_seconds(evt_deltatime(context, arg, out), out)
bind("evt.deltatime.ns", FM_PT_RELTIME, FIELD_PADDED, ARG_NONE, evt_deltatime_ns,
     "nanoseconds beyond evt.deltatime.s")


cdef int evt_outputtime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_clock(context, out, date=0, fraction=1)
bind("evt.outputtime", FM_PT_CHARBUF, FIELD_PRINT_ONLY, ARG_NONE, evt_outputtime,
     "the same as evt.time, whatever form of time is set elsewhere")


cdef int evt_around(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint64_t ts_ns = context.event.ts_ns
    cdef uint64_t around_ns = <uint64_t>arg.index
    cdef uint64_t distance_ns = ts_ns - around_ns if ts_ns > around_ns else around_ns - ts_ns
    # Rounded up: what is n ms away is not n - 1.
    return give_number(
        out, <int64_t>(distance_ns // MILLISECOND_NS + (distance_ns % MILLISECOND_NS != 0))
    )
bind("evt.around", FM_PT_UINT64,
     FIELD_FILTER_ONLY | FIELD_INDEX | FIELD_WITHIN | FIELD_NO_RHS | FIELD_NO_TRANSFORMER,
     ARG_REQUIRED, evt_around,
     "evt.around[T]=N: the event is at most N ms from T, in nanoseconds since the epoch")


# No event tells how long a call took: only its end is one, here as in Falco since 0.41.

cdef int _never(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return 0
bind("evt.latency", FM_PT_RELTIME, FIELD_DEPRECATED, ARG_NONE, _never,
     "how long the call took; never has a value, since only its end is an event")
bind("evt.latency.s", FM_PT_RELTIME, FIELD_DEPRECATED, ARG_NONE, _never, "evt.latency in whole seconds")
bind("evt.latency.ns", FM_PT_RELTIME, FIELD_DEPRECATED | FIELD_PADDED, ARG_NONE, _never,
     "nanoseconds beyond evt.latency.s")
bind("evt.latency.quantized", FM_PT_UINT64, FIELD_DEPRECATED | FIELD_TABLE_ONLY, ARG_NONE, _never,
     "evt.latency as a step of a logarithmic scale")
bind("evt.latency.human", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, _never, "evt.latency with a unit")
bind("evt.wait_latency", FM_PT_RELTIME, FIELD_DEPRECATED, ARG_NONE, _never,
     "how long the call waited; never has a value, like evt.latency")


# Kinds

cdef int evt_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    out.text = _type_name(context.event)
    return 1
bind("evt.type", FM_PT_CHARBUF, 0, ARG_NONE, evt_type, "name of the event: that of the system call")


cdef int evt_type_is(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Str name = _type_name(context.event)
    return give_number(
        out, name.size == arg.text.size and memcmp(name.data, arg.text.data, name.size) == 0
    )
bind("evt.type.is", FM_PT_UINT32, FIELD_NAMED, ARG_REQUIRED, evt_type_is,
     "1 if the event is of the type named: evt.type.is.openat")


cdef int syscall_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.event.info.origin != FM_ORIGIN_SYSCALL:
        return 0
    out.text = _type_name(context.event)
    return 1
bind("syscall.type", FM_PT_CHARBUF, 0, ARG_NONE, syscall_type,
     "name of the system call; none for events that are no call")


cdef int evt_dir(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.event.code & 1:
        return give_word(out, b"<")
    return give_word(out, b">")
bind("evt.dir", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, evt_dir,
     "> before a call and apart from any, < at its end")


cdef int evt_category(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef int category = context.event.info.category
    if category in (FM_CATEGORY_IO_READ, FM_CATEGORY_IO_WRITE, FM_CATEGORY_IO_OTHER):
        return give_word(out, _io_category(context))
    return give_word(out, CATEGORIES[category])
bind("evt.category", FM_PT_CHARBUF, 0, ARG_NONE, evt_category,
     "kind of the event: file, net, process …; of reads and writes, what they go to")


cdef int evt_cpu(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, context.event.cpu)
bind("evt.cpu", FM_PT_INT16, 0, ARG_NONE, evt_cpu, "CPU the event happened on")


cdef int evt_count(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, 1)
bind("evt.count", FM_PT_UINT32, 0, ARG_NONE, evt_count, "always 1")


cdef int evt_count_exit(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, 1) if context.event.code & 1 else 0
bind("evt.count.exit", FM_PT_UINT32, 0, ARG_NONE, evt_count_exit, "1 at the end of a call")


cdef int evt_count_procinfo(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL or context.thread.tid != context.thread.pid:
        return 0
    return evt_count_threadinfo(context, arg, out)
bind("evt.count.procinfo", FM_PT_UINT32, FIELD_TABLE_ONLY, ARG_NONE, evt_count_procinfo,
     "1 for a sample of the CPU time of a main thread")


cdef int evt_count_threadinfo(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, 1) if context.event.code == FM_PROCINFO_E else 0
bind("evt.count.threadinfo", FM_PT_UINT32, FIELD_TABLE_ONLY, ARG_NONE, evt_count_threadinfo,
     "1 for a sample of the CPU time of a thread")


# Types

cdef Str _type_name(const Event *event) noexcept nogil:
    """The event's name; of a call without an event of its own, the call's; of an observer's, its own."""
    cdef const fm_syscall_info *info
    cdef Str name
    if event.code == FM_ASYNCEVENT_E:
        name = param_str(event, FM_ASYNCEVENT_E_name)
        if name.size:
            return name
    name.data = event.info.name
    if event.code == FM_GENERIC_X:
        info = syscall_info(param_u16(event, FM_GENERIC_X_ID, FM_SC_unknown))
        if info is not NULL:
            name.data = info.name
    name.size = <uint32_t>strlen(name.data)
    return name


cdef const char *_io_category(Context *context) noexcept nogil:
    cdef int type = context.fd.type if context.fd is not NULL else FD_UNKNOWN
    if type in (FD_FILE, FD_FILE_V2, FD_DIRECTORY):
        return b"file"
    if type in (FD_IPV4_SOCK, FD_IPV6_SOCK, FD_IPV4_SERVSOCK, FD_IPV6_SERVSOCK):
        return b"net"
    if type in (FD_FIFO, FD_UNIX_SOCK, FD_EVENTFD, FD_SIGNALFD, FD_EVENTPOLL, FD_INOTIFY, FD_TIMERFD):
        return b"ipc"
    return b"unknown"


def _check_type(ref) -> None:
    name = ref.name.removeprefix("evt.type.is").strip("[].")
    if not codes_of(name):
        raise FieldError(f"{ref.name}: unknown event type {name!r}")


on_reference("evt.type.is", _check_type)

# By fm_category; NULL where the descriptor decides.
cdef const char **CATEGORIES = [
    NULL, b"other", b"file", b"net", b"IPC", b"memory", b"process", b"sleep", b"system", b"signal",
    b"user", b"time", NULL, NULL, NULL, b"wait", b"scheduler", b"internal",
]

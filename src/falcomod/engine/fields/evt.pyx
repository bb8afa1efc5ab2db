# SPDX-License-Identifier: Apache-2.0
"""evt.*: what every event has: number, time, type, place.  Times of day are local."""

import os
import socket

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport strcmp

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_u16
from falcomod.engine.decode.schema cimport syscall_info
from falcomod.engine.decode.schema import codes_of
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.writer cimport Writer, put_char, put_text, put_unsigned, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport *
from falcomod.engine.types cimport Arg, Value
from falcomod.errors import FieldError

cdef extern from "<time.h>" nogil:
    ctypedef long time_t
    struct tm:
        int tm_sec
        int tm_min
        int tm_hour
        int tm_mday
        int tm_mon
        int tm_year
    tm *localtime_r(const time_t *time, tm *out)
    tm *gmtime_r(const time_t *time, tm *out)

cdef enum:
    SECOND_NS = 1000000000


begin_class("evt", "Every event", "Fields that an event of any source has.", ("syscall", "k8s_audit"))


cdef int evt_num(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, <int64_t>context.event.number)
bind("evt.num", FM_PT_UINT64, 0, ARG_NONE, evt_num, "number of the event, from 1")


cdef int evt_time(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _clock(context, out, date=0, fraction=1)
bind("evt.time", FM_PT_CHARBUF, 0, ARG_NONE, evt_time, "time of day with nanoseconds")


cdef int evt_time_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _clock(context, out, date=0, fraction=0)
bind("evt.time.s", FM_PT_CHARBUF, 0, ARG_NONE, evt_time_s, "time of day in seconds")


cdef int evt_time_iso8601(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    cdef tm parts
    cdef time_t seconds = <time_t>(context.event.ts_ns // SECOND_NS)
    gmtime_r(&seconds, &parts)
    writer_init(&writer, context.arena)
    _put_date(&writer, &parts)
    put_char(&writer, c'T')
    _put_time(&writer, &parts)
    _put_fraction(&writer, context.event.ts_ns)
    put_text(&writer, b"+0000")
    return writer_finish(&writer, out)
bind("evt.time.iso8601", FM_PT_CHARBUF, 0, ARG_NONE, evt_time_iso8601,
     "date and time with nanoseconds in UTC, as in ISO 8601")


cdef int evt_datetime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _clock(context, out, date=1, fraction=1)
bind("evt.datetime", FM_PT_CHARBUF, 0, ARG_NONE, evt_datetime, "date and time with nanoseconds")


cdef int evt_datetime_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _clock(context, out, date=1, fraction=0)
bind("evt.datetime.s", FM_PT_CHARBUF, 0, ARG_NONE, evt_datetime_s, "date and time in seconds")


cdef int evt_rawtime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, <int64_t>context.event.ts_ns)
bind("evt.rawtime", FM_PT_ABSTIME, 0, ARG_NONE, evt_rawtime, "nanoseconds since the epoch")


cdef int evt_rawtime_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, <int64_t>(context.event.ts_ns // SECOND_NS))
bind("evt.rawtime.s", FM_PT_ABSTIME, 0, ARG_NONE, evt_rawtime_s, "whole seconds since the epoch")


cdef int evt_rawtime_ns(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, <int64_t>(context.event.ts_ns % SECOND_NS))
bind("evt.rawtime.ns", FM_PT_ABSTIME, FIELD_PADDED, ARG_NONE, evt_rawtime_ns,
     "nanoseconds beyond the whole second")


cdef int evt_reltime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _since(context, context.tables.first_ns, out)
bind("evt.reltime", FM_PT_RELTIME, FIELD_PADDED, ARG_NONE, evt_reltime, "nanoseconds since the first event")


cdef int evt_reltime_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _whole_seconds(evt_reltime(context, arg, out), out)
bind("evt.reltime.s", FM_PT_RELTIME, 0, ARG_NONE, evt_reltime_s, "whole seconds since the first event")


cdef int evt_reltime_ns(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _beyond_seconds(evt_reltime(context, arg, out), out)
bind("evt.reltime.ns", FM_PT_RELTIME, FIELD_PADDED, ARG_NONE, evt_reltime_ns,
     "nanoseconds beyond evt.reltime.s")


cdef int evt_deltatime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _since(context, context.tables.previous_ns, out)
bind("evt.deltatime", FM_PT_RELTIME, 0, ARG_NONE, evt_deltatime, "nanoseconds since the event before")


cdef int evt_deltatime_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _whole_seconds(evt_deltatime(context, arg, out), out)
bind("evt.deltatime.s", FM_PT_RELTIME, 0, ARG_NONE, evt_deltatime_s, "whole seconds since the event before")


cdef int evt_deltatime_ns(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _beyond_seconds(evt_deltatime(context, arg, out), out)
bind("evt.deltatime.ns", FM_PT_RELTIME, FIELD_PADDED, ARG_NONE, evt_deltatime_ns,
     "nanoseconds beyond evt.deltatime.s")


cdef int evt_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_word(out, _type_name(context.event))
bind("evt.type", FM_PT_CHARBUF, 0, ARG_NONE, evt_type, "name of the event: that of the system call")


cdef int evt_type_is(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, strcmp(_type_name(context.event), arg.text.data) == 0)
bind("evt.type.is", FM_PT_UINT32, FIELD_NAMED, ARG_REQUIRED, evt_type_is,
     "1 if the event is of the type named: evt.type.is.openat")


cdef int syscall_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.event.info.origin != FM_ORIGIN_SYSCALL:
        return 0
    return give_word(out, _type_name(context.event))
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


cdef int evt_source(Context *context, const Arg *arg, Value *out) except -1 nogil:
    # Decided by the code alone, so that it is known before any event.
    return give_word(out, b"k8s_audit" if context.event.code == FM_PLUGINEVENT_E else b"syscall")
bind("evt.source", FM_PT_CHARBUF, 0, ARG_NONE, evt_source, "where the event comes from")


cdef int evt_is_async(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, context.event.code == FM_ASYNCEVENT_E)
bind("evt.is_async", FM_PT_BOOL, 0, ARG_NONE, evt_is_async, "whether the event was put in by an observer")


cdef int evt_hostname(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_word(out, HOSTNAME)
bind("evt.hostname", FM_PT_CHARBUF, 0, ARG_NONE, evt_hostname,
     "name of this host, or what FALCO_HOSTNAME says at the start")


# Times

cdef int _clock(Context *context, Value *out, bint date, bint fraction) except -1 nogil:
    cdef Writer writer
    cdef tm parts
    cdef time_t seconds = <time_t>(context.event.ts_ns // SECOND_NS)
    localtime_r(&seconds, &parts)
    writer_init(&writer, context.arena)
    if date:
        _put_date(&writer, &parts)
        put_char(&writer, c' ')
    _put_time(&writer, &parts)
    if fraction:
        _put_fraction(&writer, context.event.ts_ns)
    return writer_finish(&writer, out)


cdef void _put_date(Writer *writer, const tm *parts) noexcept nogil:
    put_unsigned(writer, parts.tm_year + 1900, 10, 4)
    put_char(writer, c'-')
    put_unsigned(writer, parts.tm_mon + 1, 10, 2)
    put_char(writer, c'-')
    put_unsigned(writer, parts.tm_mday, 10, 2)


cdef void _put_time(Writer *writer, const tm *parts) noexcept nogil:
    put_unsigned(writer, parts.tm_hour, 10, 2)
    put_char(writer, c':')
    put_unsigned(writer, parts.tm_min, 10, 2)
    put_char(writer, c':')
    put_unsigned(writer, parts.tm_sec, 10, 2)


cdef void _put_fraction(Writer *writer, uint64_t ts_ns) noexcept nogil:
    put_char(writer, c'.')
    put_unsigned(writer, ts_ns % SECOND_NS, 10, 9)


cdef int _since(Context *context, uint64_t ts_ns, Value *out) noexcept nogil:
    # Events of different CPUs may come a little out of order.
    if context.event.ts_ns < ts_ns:
        return 0
    return give_number(out, <int64_t>(context.event.ts_ns - ts_ns))


cdef int _whole_seconds(int has_value, Value *out) noexcept nogil:
    out.number //= SECOND_NS
    return has_value


cdef int _beyond_seconds(int has_value, Value *out) noexcept nogil:
    out.number %= SECOND_NS
    return has_value


# Types

cdef const char *_type_name(const Event *event) noexcept nogil:
    """The event's name; of a call without an event of its own, the call's."""
    cdef const fm_syscall_info *info
    if event.code == FM_GENERIC_X:
        info = syscall_info(param_u16(event, FM_GENERIC_X_ID, FM_SC_unknown))
        if info is not NULL:
            return info.name
    return event.info.name


cdef const char *_io_category(Context *context) noexcept nogil:
    cdef int type = context.fd.type if context.fd is not NULL else FD_UNKNOWN
    if type in (FD_FILE, FD_FILE_V2, FD_DIRECTORY):
        return b"file"
    if type in (FD_IPV4_SOCK, FD_IPV6_SOCK, FD_IPV4_SERVSOCK, FD_IPV6_SERVSOCK):
        return b"net"
    if type in (FD_FIFO, FD_UNIX_SOCK, FD_EVENTFD, FD_SIGNALFD, FD_EVENTPOLL, FD_INOTIFY, FD_TIMERFD):
        return b"IPC"
    return b"unknown"


def _check_type(ref) -> None:
    name = ref.name.removeprefix("evt.type.is").strip("[].")
    if not codes_of(name):
        raise FieldError(f"{ref.name}: unknown event type {name!r}")


on_reference("evt.type.is", _check_type)

cdef bytes _hostname = os.environ.get("FALCO_HOSTNAME", socket.gethostname()).encode()
cdef const char *HOSTNAME = _hostname

# By fm_category; NULL where the descriptor decides.
cdef const char **CATEGORIES = [
    NULL, b"other", b"file", b"net", b"IPC", b"memory", b"process", b"sleep", b"system", b"signal",
    b"user", b"time", NULL, NULL, NULL, b"wait", b"scheduler", b"internal",
]

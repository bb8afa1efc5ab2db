# SPDX-License-Identifier: Apache-2.0
"""evt.*: what every event has: number, time, source.  Times of day are local."""

import os
import socket

from libc.stdint cimport int64_t, uint32_t, uint64_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.params cimport param_bytes, param_str, param_u32
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.writer cimport Writer, put_char, put_text, put_unsigned, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value

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
    PLUGINS_SIZE = 13

cdef struct Plugin:
    uint32_t id
    const char *name


begin_class("evt", "Every event", "Fields that an event of any source has.", ("syscall", "k8s_audit"))


cdef int evt_num(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, <int64_t>context.event.number)
bind("evt.num", FM_PT_UINT64, 0, ARG_NONE, evt_num, "number of the event, from 1")


cdef int evt_time(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_clock(context, out, date=0, fraction=1)
bind("evt.time", FM_PT_CHARBUF, 0, ARG_NONE, evt_time, "time of day with nanoseconds")


cdef int evt_time_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_clock(context, out, date=0, fraction=0)
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
    return give_clock(context, out, date=1, fraction=1)
bind("evt.datetime", FM_PT_CHARBUF, 0, ARG_NONE, evt_datetime, "date and time with nanoseconds")


cdef int evt_datetime_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_clock(context, out, date=1, fraction=0)
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
    return give_since(context, context.tables.first_ns, out)
bind("evt.reltime", FM_PT_RELTIME, FIELD_PADDED, ARG_NONE, evt_reltime, "nanoseconds since the first event")


cdef int evt_reltime_s(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return whole_seconds(evt_reltime(context, arg, out), out)
bind("evt.reltime.s", FM_PT_RELTIME, 0, ARG_NONE, evt_reltime_s, "whole seconds since the first event")


cdef int evt_reltime_ns(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return beyond_seconds(evt_reltime(context, arg, out), out)
bind("evt.reltime.ns", FM_PT_RELTIME, FIELD_PADDED, ARG_NONE, evt_reltime_ns,
     "nanoseconds beyond evt.reltime.s")


cdef int evt_pluginname(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_word(out, _plugin(context))
bind("evt.pluginname", FM_PT_CHARBUF, 0, ARG_NONE, evt_pluginname,
     "Falco's plugin that makes such events; none for those of the kernel")


cdef int evt_plugininfo(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.event.code != FM_PLUGINEVENT_E:
        return 0
    out.text = param_bytes(context.event, FM_PLUGINEVENT_E_event_data)
    return out.text.data is not NULL
bind("evt.plugininfo", FM_PT_CHARBUF, 0, ARG_NONE, evt_plugininfo, "data of an event of a plugin, as a capture has it")


cdef int evt_asynctype(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.event.code != FM_ASYNCEVENT_E:
        return 0
    out.text = param_str(context.event, FM_ASYNCEVENT_E_name)
    return out.text.data is not NULL
bind("evt.asynctype", FM_PT_CHARBUF, 0, ARG_NONE, evt_asynctype,
     "name of an event that an observer put in: container")


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
     "name of the host: this one's, what FALCO_HOSTNAME says at the start, or a capture's")


def set_hostname(str name) -> None:
    """What evt.hostname says from now on; None: the name of this host again. Not during a run."""
    global HOSTNAME, _hostname
    _hostname = (name or OWN_HOSTNAME).encode("utf-8", "surrogateescape")
    HOSTNAME = _hostname


# Times

cdef int give_clock(Context *context, Value *out, bint date, bint fraction) except -1 nogil:
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


cdef int give_since(Context *context, uint64_t ts_ns, Value *out) noexcept nogil:
    # Events of different CPUs may come a little out of order.
    if context.event.ts_ns < ts_ns:
        return 0
    return give_number(out, <int64_t>(context.event.ts_ns - ts_ns))


cdef int whole_seconds(int has_value, Value *out) noexcept nogil:
    out.number //= SECOND_NS
    return has_value


cdef int beyond_seconds(int has_value, Value *out) noexcept nogil:
    out.number %= SECOND_NS
    return has_value


# Plugins

cdef const char *_plugin(Context *context) noexcept nogil:
    cdef uint32_t id
    cdef int row
    if context.event.code != FM_PLUGINEVENT_E:
        return NULL
    # Documents that no plugin has brought are those of the API server.
    id = param_u32(context.event, FM_PLUGINEVENT_E_plugin_id, 1)
    for row in range(PLUGINS_SIZE):
        if PLUGINS[row].id == id:
            return PLUGINS[row].name
    return NULL


OWN_HOSTNAME = os.environ.get("FALCO_HOSTNAME", socket.gethostname())
cdef bytes _hostname = OWN_HOSTNAME.encode("utf-8", "surrogateescape")
cdef const char *HOSTNAME = _hostname

# By the ids under which Falco registers its plugins.
cdef Plugin *PLUGINS = [
    Plugin(1, b"k8saudit"),
    Plugin(2, b"cloudtrail"),
    Plugin(3, b"dummy"),
    Plugin(7, b"okta"),
    Plugin(8, b"github"),
    Plugin(9, b"k8saudit-eks"),
    Plugin(12, b"gcpaudit"),
    Plugin(16, b"k8saudit-gke"),
    Plugin(17, b"journald"),
    Plugin(18, b"kafka"),
    Plugin(21, b"k8saudit-aks"),
    Plugin(22, b"k8saudit-ovh"),
    Plugin(24, b"collector"),
]

# SPDX-License-Identifier: Apache-2.0
"""syslog.*: messages that programs write to /dev/log.

They begin with "<PRI>", eight times the facility and the severity (RFC 3164,
section 4.1.1). Only what is captured of a message is there.
"""

from libc.stdint cimport int64_t, uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.params cimport param_bytes
from falcomod.engine.fields.call import refer_to_data
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.io cimport is_syslog
from falcomod.engine.fields.parameter cimport return_value
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Str, Value

cdef enum:
    DIGITS_MAX = 5               # of a priority; more is none
    FACILITIES_SIZE = 24

cdef struct Message:
    uint32_t priority
    Str text


begin_class("syslog", "Messages to syslog", "What programs write to /dev/log.", ("syscall",))


cdef int syslog_facility_str(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Message message
    if not _message(context, arg, &message) or message.priority >> 3 >= FACILITIES_SIZE:
        return 0
    return give_word(out, FACILITIES[message.priority >> 3])
bind("syslog.facility.str", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, syslog_facility_str,
     "facility of the message: kern, user, mail, daemon, auth …")


cdef int syslog_facility(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Message message
    return give_number(out, message.priority >> 3) if _message(context, arg, &message) else 0
bind("syslog.facility", FM_PT_UINT32, FIELD_DEPRECATED, ARG_NONE, syslog_facility,
     "facility of the message as a number, 0 to 23")


cdef int syslog_severity_str(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Message message
    return give_word(out, SEVERITIES[message.priority & 7]) if _message(context, arg, &message) else 0
bind("syslog.severity.str", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, syslog_severity_str,
     "severity of the message: emerg, alert, crit, err, warn, notice, info or debug")


cdef int syslog_severity(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Message message
    return give_number(out, message.priority & 7) if _message(context, arg, &message) else 0
bind("syslog.severity", FM_PT_UINT32, FIELD_DEPRECATED, ARG_NONE, syslog_severity,
     "severity of the message as a number: 0 is emerg, 7 is debug")


cdef int syslog_message(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Message message
    if not _message(context, arg, &message):
        return 0
    out.text = message.text
    return 1
bind("syslog.message", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, syslog_message,
     "the message without its priority")


cdef bint _message(Context *context, const Arg *arg, Message *out) noexcept nogil:
    """The message that a call has written: 1, or 0 where it is none."""
    cdef int64_t index = arg.parameter[context.event.code]
    cdef int64_t result
    cdef uint32_t at = 1
    if index < 0 or index >= context.event.nparams or not is_syslog(context):
        return 0
    if not return_value(context.event, &result) or result < 0:
        return 0
    out.text = param_bytes(context.event, <uint32_t>index)
    if out.text.size < 3 or out.text.data[0] != c'<':
        return 0
    out.priority = 0
    while at < out.text.size and at <= DIGITS_MAX and c'0' <= out.text.data[at] <= c'9':
        out.priority = out.priority * 10 + <uint32_t>(out.text.data[at] - c'0')
        at += 1
    if at == 1 or at == out.text.size or out.text.data[at] != c'>':
        return 0
    out.text.data += at + 1
    out.text.size -= at + 1
    # Some write the NUL that ends their string.
    if out.text.size and out.text.data[out.text.size - 1] == 0:
        out.text.size -= 1
    return 1


on_reference("syslog.facility.str", refer_to_data)
on_reference("syslog.facility", refer_to_data)
on_reference("syslog.severity.str", refer_to_data)
on_reference("syslog.severity", refer_to_data)
on_reference("syslog.message", refer_to_data)

cdef const char **SEVERITIES = [b"emerg", b"alert", b"crit", b"err", b"warn", b"notice", b"info", b"debug"]

cdef const char **FACILITIES = [
    b"kern", b"user", b"mail", b"daemon", b"auth", b"syslog", b"lpr", b"news", b"uucp", b"clock",
    b"authpriv", b"ftp", b"ntp", b"logaudit", b"logalert", b"cron", b"local0", b"local1",
    b"local2", b"local3", b"local4", b"local5", b"local6", b"local7",
]

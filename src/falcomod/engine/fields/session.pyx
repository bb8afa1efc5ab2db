# SPDX-License-Identifier: Apache-2.0
"""proc.sid…, proc.vpgid…, proc.pgid…: session and process group, and who leads them.

Both are kept on the main thread.  Session and vpgid are numbered in the
process's pid namespace, pgid on the host.
"""

from libc.stdint cimport int64_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.family cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.threads cimport Thread, threads_find
from falcomod.engine.types cimport Arg, Value


cdef int proc_sid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _known(_sid(context), out)
bind("proc.sid", FM_PT_INT64, 0, ARG_NONE, proc_sid, "id of the session")


cdef int proc_sname(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, leader_of(context, _sid(context)), FACT_NAME, out)
bind("proc.sname", FM_PT_CHARBUF, 0, ARG_NONE, proc_sname, "proc.name of the session's leader")


cdef int proc_sid_exe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, leader_of(context, _sid(context)), FACT_EXE, out)
bind("proc.sid.exe", FM_PT_CHARBUF, 0, ARG_NONE, proc_sid_exe, "proc.exe of the session's leader")


cdef int proc_sid_exepath(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, leader_of(context, _sid(context)), FACT_EXEPATH, out)
bind("proc.sid.exepath", FM_PT_CHARBUF, 0, ARG_NONE, proc_sid_exepath,
     "proc.exepath of the session's leader")


cdef int proc_is_sid_leader(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _leads(context, _sid(context), out)
bind("proc.is_sid_leader", FM_PT_BOOL, 0, ARG_NONE, proc_is_sid_leader,
     "whether the process leads its session")


cdef int proc_vpgid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _known(_vpgid(context), out)
bind("proc.vpgid", FM_PT_INT64, 0, ARG_NONE, proc_vpgid,
     "id of the process group in the process's own pid namespace")


cdef int proc_vpgid_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, leader_of(context, _vpgid(context)), FACT_NAME, out)
bind("proc.vpgid.name", FM_PT_CHARBUF, 0, ARG_NONE, proc_vpgid_name,
     "proc.name of the process group's leader, found by proc.vpgid")


cdef int proc_vpgid_exe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, leader_of(context, _vpgid(context)), FACT_EXE, out)
bind("proc.vpgid.exe", FM_PT_CHARBUF, 0, ARG_NONE, proc_vpgid_exe,
     "proc.exe of the process group's leader, found by proc.vpgid")


cdef int proc_vpgid_exepath(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, leader_of(context, _vpgid(context)), FACT_EXEPATH, out)
bind("proc.vpgid.exepath", FM_PT_CHARBUF, 0, ARG_NONE, proc_vpgid_exepath,
     "proc.exepath of the process group's leader, found by proc.vpgid")


cdef int proc_is_vpgid_leader(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _leads(context, _vpgid(context), out)
bind("proc.is_vpgid_leader", FM_PT_BOOL, 0, ARG_NONE, proc_is_vpgid_leader,
     "whether the process leads its process group, by proc.vpgid")


cdef int proc_pgid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _known(_pgid(context), out)
bind("proc.pgid", FM_PT_INT64, 0, ARG_NONE, proc_pgid, "id of the process group on the host")


cdef int proc_pgid_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, _group_leader(context), FACT_NAME, out)
bind("proc.pgid.name", FM_PT_CHARBUF, 0, ARG_NONE, proc_pgid_name,
     "proc.name of the process group's leader, found by proc.pgid")


cdef int proc_pgid_exe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, _group_leader(context), FACT_EXE, out)
bind("proc.pgid.exe", FM_PT_CHARBUF, 0, ARG_NONE, proc_pgid_exe,
     "proc.exe of the process group's leader, found by proc.pgid")


cdef int proc_pgid_exepath(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, _group_leader(context), FACT_EXEPATH, out)
bind("proc.pgid.exepath", FM_PT_CHARBUF, 0, ARG_NONE, proc_pgid_exepath,
     "proc.exepath of the process group's leader, found by proc.pgid")


cdef int proc_is_pgid_leader(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef int64_t pgid = _pgid(context)
    return give_number(out, context.thread.pid == pgid) if pgid >= 0 else 0
bind("proc.is_pgid_leader", FM_PT_BOOL, 0, ARG_NONE, proc_is_pgid_leader,
     "whether the process leads its process group, by proc.pgid")


cdef int64_t _sid(Context *context) noexcept nogil:
    cdef Thread *thread = main_of(context)
    return thread.sid if thread is not NULL else -1


cdef int64_t _vpgid(Context *context) noexcept nogil:
    cdef Thread *thread = main_of(context)
    return thread.vpgid if thread is not NULL else -1


cdef int64_t _pgid(Context *context) noexcept nogil:
    cdef Thread *thread = main_of(context)
    return thread.pgid if thread is not NULL else -1


cdef Thread *_group_leader(Context *context) noexcept nogil:
    cdef int64_t pgid = _pgid(context)
    return threads_find(&context.tables.threads, pgid) if pgid > 0 else NULL


cdef int _known(int64_t id, Value *out) noexcept nogil:
    return give_number(out, id) if id >= 0 else 0


cdef int _leads(Context *context, int64_t id, Value *out) noexcept nogil:
    cdef Thread *thread = main_of(context)
    if thread is NULL or id < 0 or thread.vpid < 0:
        return 0
    return give_number(out, thread.vpid == id)

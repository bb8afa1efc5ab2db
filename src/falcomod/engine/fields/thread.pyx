# SPDX-License-Identifier: Apache-2.0
"""thread.*, and what threads and processes use: memory, descriptors, faults."""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memchr, memcmp, strlen

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.family cimport main_of
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.names cimport capability_name
from falcomod.engine.fields.writer cimport Writer, put, put_char, put_signed, put_text, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.threads cimport Thread
from falcomod.engine.types cimport Arg, Str, Text, Value


cdef int thread_tid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, context.event.tid) if context.event.tid >= 0 else 0
bind("thread.tid", FM_PT_INT64, 0, ARG_NONE, thread_tid, "id of the thread")


cdef int thread_vtid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL or context.thread.vtid < 0:
        return 0
    return give_number(out, context.thread.vtid)
bind("thread.vtid", FM_PT_INT64, 0, ARG_NONE, thread_vtid, "id of the thread in its own pid namespace")


cdef int thread_ismain(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL:
        return 0
    return give_number(out, context.thread.tid == context.thread.pid)
bind("thread.ismain", FM_PT_BOOL, 0, ARG_NONE, thread_ismain, "whether it is the main thread of its process")


cdef int thread_nametid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.thread is NULL or context.thread.comm[0] == 0:
        return 0
    writer_init(&writer, context.arena)
    put_text(&writer, context.thread.comm)
    put_signed(&writer, context.thread.tid)
    return writer_finish(&writer, out)
bind("thread.nametid", FM_PT_CHARBUF, FIELD_TABLE_ONLY, ARG_NONE, thread_nametid,
     "name and id of the thread in one word")


cdef int thread_exectime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    # The table has it of the current event alone, and it is 0 but for context switches.
    return give_number(out, <int64_t>context.tables.exec_ns) if context.thread is not NULL else 0
bind("thread.exectime", FM_PT_RELTIME, 0, ARG_NONE, thread_exectime,
     "nanoseconds that the thread had a CPU until this context switch; 0 for other events")


cdef int thread_totexectime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, <int64_t>context.thread.exec_ns) if context.thread is not NULL else 0
bind("thread.totexectime", FM_PT_RELTIME, 0, ARG_NONE, thread_totexectime,
     "nanoseconds that the thread had a CPU in all, by the context switches in the capture")


cdef int thread_cpu(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL:
        return 0
    return _used(
        context, <uint64_t>context.thread.cpu_user_used + context.thread.cpu_system_used, out
    )
bind("thread.cpu", FM_PT_DOUBLE, 0, ARG_NONE, thread_cpu,
     "CPU time of the thread since its last sample, in hundredths of a second, 100 at most")


cdef int thread_cpu_user(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _used(context, context.thread.cpu_user_used if context.thread is not NULL else 0, out)
bind("thread.cpu.user", FM_PT_DOUBLE, 0, ARG_NONE, thread_cpu_user, "the part of thread.cpu in the program")


cdef int thread_cpu_system(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _used(context, context.thread.cpu_system_used if context.thread is not NULL else 0, out)
bind("thread.cpu.system", FM_PT_DOUBLE, 0, ARG_NONE, thread_cpu_system, "the part of thread.cpu in the kernel")


cdef int thread_cap_permitted(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _capabilities(context, context.thread.cap_permitted if context.thread is not NULL else 0, out)
bind("thread.cap_permitted", FM_PT_CHARBUF, 0, ARG_NONE, thread_cap_permitted,
     "names of the capabilities that the thread may take up")


cdef int thread_cap_inheritable(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _capabilities(context, context.thread.cap_inheritable if context.thread is not NULL else 0, out)
bind("thread.cap_inheritable", FM_PT_CHARBUF, 0, ARG_NONE, thread_cap_inheritable,
     "names of the capabilities that programs it executes may keep")


cdef int thread_cap_effective(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _capabilities(context, context.thread.cap_effective if context.thread is not NULL else 0, out)
bind("thread.cap_effective", FM_PT_CHARBUF, 0, ARG_NONE, thread_cap_effective,
     "names of the capabilities in force")


cdef int thread_cgroups(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    cdef Str subsystem
    cdef Str path
    cdef uint32_t at = 0
    if context.thread is NULL or context.thread.cgroups is NULL:
        return 0
    writer_init(&writer, context.arena)
    while _next_cgroup(context.thread.cgroups, &at, &subsystem, &path):
        if writer.size:
            put_char(&writer, c' ')
        put(&writer, subsystem.data, subsystem.size)
        put_char(&writer, c'=')
        put(&writer, path.data, path.size)
    return writer_finish(&writer, out)
bind("thread.cgroups", FM_PT_CHARBUF, 0, ARG_NONE, thread_cgroups,
     "all cgroups as subsystem=path, joined by blanks")


cdef int thread_cgroup(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Str subsystem
    cdef uint32_t at = 0
    if context.thread is NULL or context.thread.cgroups is NULL:
        return 0
    while _next_cgroup(context.thread.cgroups, &at, &subsystem, &out.text):
        if (
            subsystem.size == arg.text.size
            and memcmp(subsystem.data, arg.text.data, arg.text.size) == 0
        ):
            return 1
    return 0
bind("thread.cgroup", FM_PT_CHARBUF, FIELD_NAMED, ARG_REQUIRED, thread_cgroup,
     "path of the cgroup of one subsystem: thread.cgroup.cpu; that of io is called blkio")


cdef int thread_vmsize(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return proc_vmsize(context, arg, out) if _is_main(context) else 0
bind("thread.vmsize", FM_PT_UINT64, 0, ARG_NONE, thread_vmsize,
     "proc.vmsize, of main threads only, so that sums count each process once")


cdef int thread_vmrss(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return proc_vmrss(context, arg, out) if _is_main(context) else 0
bind("thread.vmrss", FM_PT_UINT64, 0, ARG_NONE, thread_vmrss, "proc.vmrss, likewise")


cdef int thread_vmsize_b(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _in_bytes(thread_vmsize(context, arg, out), out)
bind("thread.vmsize.b", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, thread_vmsize_b, "thread.vmsize in bytes")


cdef int thread_vmrss_b(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _in_bytes(thread_vmrss(context, arg, out), out)
bind("thread.vmrss.b", FM_PT_UINT64, FIELD_TABLE_ONLY, ARG_NONE, thread_vmrss_b, "thread.vmrss in bytes")


cdef int thread_pfmajor(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _measured(context, context.thread.pfmajor if context.thread is not NULL else 0, out)
bind("thread.pfmajor", FM_PT_UINT64, 0, ARG_NONE, thread_pfmajor, "page faults that needed I/O")


cdef int thread_pfminor(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _measured(context, context.thread.pfminor if context.thread is not NULL else 0, out)
bind("thread.pfminor", FM_PT_UINT64, 0, ARG_NONE, thread_pfminor, "page faults that needed none")


cdef int proc_vmsize(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _measured(context, context.thread.vm_size_kb if context.thread is not NULL else 0, out)
bind("proc.vmsize", FM_PT_UINT64, 0, ARG_NONE, proc_vmsize, "address space in use, KiB")


cdef int proc_vmrss(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _measured(context, context.thread.vm_rss_kb if context.thread is not NULL else 0, out)
bind("proc.vmrss", FM_PT_UINT64, 0, ARG_NONE, proc_vmrss, "memory in use, KiB")


cdef int proc_vmswap(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _measured(context, context.thread.vm_swap_kb if context.thread is not NULL else 0, out)
bind("proc.vmswap", FM_PT_UINT64, 0, ARG_NONE, proc_vmswap, "memory swapped out, KiB")


cdef int proc_fdopencount(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL or context.thread.fds is NULL:
        return 0
    return give_number(out, context.thread.fds.count)
bind("proc.fdopencount", FM_PT_UINT64, 0, ARG_NONE, proc_fdopencount, "number of open descriptors")


cdef int proc_fdlimit(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Thread *thread = main_of(context)
    if thread is NULL or thread.fdlimit < 0 or (thread.is_stub and thread.fdlimit == 0):
        return 0
    return give_number(out, thread.fdlimit)
bind("proc.fdlimit", FM_PT_INT64, 0, ARG_NONE, proc_fdlimit, "descriptors that the process may open")


cdef int proc_fdusage(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if not proc_fdlimit(context, arg, out) or out.number == 0 or context.thread.fds is NULL:
        return 0
    out.real = 100.0 * context.thread.fds.count / out.number
    return 1
bind("proc.fdusage", FM_PT_DOUBLE, 0, ARG_NONE, proc_fdusage, "proc.fdopencount in percent of proc.fdlimit")


cdef int proc_nthreads(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Thread *thread = main_of(context)
    return give_number(out, <int64_t>thread.others + 1) if thread is not NULL else 0
bind("proc.nthreads", FM_PT_UINT64, 0, ARG_NONE, proc_nthreads, "living threads of the process")


cdef int proc_nchilds(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Thread *thread = main_of(context)
    return give_number(out, thread.others) if thread is not NULL else 0
bind("proc.nchilds", FM_PT_UINT64, 0, ARG_NONE, proc_nchilds, "living threads but the main one")


cdef int proc_pidns_init_start_ts(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL or context.thread.pidns_init_start_ns == 0:
        return 0
    return give_number(out, <int64_t>context.thread.pidns_init_start_ns)
bind("proc.pidns_init_start_ts", FM_PT_UINT64, 0, ARG_NONE, proc_pidns_init_start_ts,
     "start of the first process of the pid namespace, in nanoseconds")


cdef int _used(Context *context, uint64_t ticks, Value *out) noexcept nogil:
    """Of a sample of the CPU time only: others say nothing of the last second."""
    if context.thread is NULL or context.event.code != FM_PROCINFO_E:
        return 0
    out.real = <double>(ticks if ticks < 100 else 100)
    return 1


cdef bint _next_cgroup(const Text *cgroups, uint32_t *at, Str *subsystem, Str *path) noexcept nogil:
    """The subsystem=path at a place, which moves on; 0 at the end. Under the names that Falco uses."""
    cdef const char *entry
    cdef const char *equals
    cdef uint32_t size
    while at[0] < cgroups.size:
        entry = cgroups.data + at[0]
        size = <uint32_t>strlen(entry)
        at[0] += size + 1
        equals = <const char *>memchr(entry, c'=', size)
        if equals is NULL:
            continue
        path.data = equals + 1
        path.size = <uint32_t>(entry + size - path.data)
        _name_subsystem(entry, <uint32_t>(equals - entry), subsystem)
        return 1
    return 0


cdef void _name_subsystem(const char *name, uint32_t size, Str *out) noexcept nogil:
    """The kernel's structures were called mem_cgroup and perf_event_cgroup; io was blkio before 4.3."""
    cdef uint32_t index
    if size > 7 and memcmp(name + (size - 7), b"_cgroup", 7) == 0:
        size -= 7
    out.data = name
    out.size = size
    for index in range(<uint32_t>SUBSYSTEM_COUNT):
        if size == strlen(SUBSYSTEMS[index].name) and memcmp(name, SUBSYSTEMS[index].name, size) == 0:
            out.data = SUBSYSTEMS[index].falco
            out.size = <uint32_t>strlen(out.data)


cdef int _in_bytes(int has_value, Value *out) noexcept nogil:
    out.number *= 1024
    return has_value


cdef bint _is_main(Context *context) noexcept nogil:
    return context.thread is not NULL and context.thread.tid == context.thread.pid


cdef int _measured(Context *context, uint64_t number, Value *out) noexcept nogil:
    """A count that is 0 for a thread nobody described."""
    if context.thread is NULL or (context.thread.is_stub and number == 0):
        return 0
    return give_number(out, <int64_t>number)


cdef int _capabilities(Context *context, uint64_t bits, Value *out) except -1 nogil:
    cdef Writer writer
    cdef uint32_t number
    if context.thread is NULL or (context.thread.is_stub and bits == 0):
        return 0
    writer_init(&writer, context.arena)
    for number in range(<uint32_t>64):
        if bits >> number & 1 and capability_name(number) is not NULL:
            if writer.size:
                put_char(&writer, c' ')
            put_text(&writer, capability_name(number))
    return writer_finish(&writer, out)


cdef enum:
    SUBSYSTEM_COUNT = 3

cdef struct Subsystem:
    const char *name
    const char *falco

# Names of subsystems that Falco calls otherwise.
cdef Subsystem *SUBSYSTEMS = [
    Subsystem(b"io", b"blkio"),
    Subsystem(b"mem", b"memory"),
    Subsystem(b"perf", b"perf_event"),
]

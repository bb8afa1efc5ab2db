# SPDX-License-Identifier: Apache-2.0
"""proc.*: what the process is and who made it.

Sessions and process groups are in session.pyx, facts about the executable's
file in executable.pyx, resources beside the thread's in thread.pyx.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcmp, strlen

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.family cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.writer cimport Writer, put, put_char, put_strings, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.threads cimport Thread
from falcomod.engine.types cimport Arg, Text, Value

cdef enum:
    ANCESTORS_MAX = 64
    NEAR_ANCESTORS_MAX = 20      # of which proc.aenv[NAME] is asked
    ANCESTOR = FIELD_ANY | FIELD_INDEX | FIELD_NO_RHS | FIELD_NO_TRANSFORMER


# The program

begin_class("proc", "Processes", "The process that made the call, its ancestors and its threads.", ("syscall",))


cdef int proc_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, context.thread, FACT_NAME, out)
bind("proc.name", FM_PT_CHARBUF, 0, ARG_NONE, proc_name, "name of the program, 15 characters at most")


cdef int proc_pname(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, parent_of(context, context.thread), FACT_NAME, out)
bind("proc.pname", FM_PT_CHARBUF, 0, ARG_NONE, proc_pname, "proc.name of the parent")


cdef int proc_aname(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_ancestor(context, arg, FACT_NAME, out)
bind("proc.aname", FM_PT_CHARBUF, ANCESTOR, ARG_OPTIONAL, proc_aname,
     "proc.name of any ancestor, or of one: proc.aname[1] is the parent's")


cdef int proc_exe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, context.thread, FACT_EXE, out)
bind("proc.exe", FM_PT_CHARBUF, 0, ARG_NONE, proc_exe, "first argument, argv[0]: what the caller named the program")


cdef int proc_pexe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, parent_of(context, context.thread), FACT_EXE, out)
bind("proc.pexe", FM_PT_CHARBUF, 0, ARG_NONE, proc_pexe, "proc.exe of the parent")


cdef int proc_aexe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_ancestor(context, arg, FACT_EXE, out)
bind("proc.aexe", FM_PT_CHARBUF, ANCESTOR, ARG_OPTIONAL, proc_aexe,
     "proc.exe of any ancestor, or of one: proc.aexe[1]")


cdef int proc_exepath(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, context.thread, FACT_EXEPATH, out)
bind("proc.exepath", FM_PT_CHARBUF, 0, ARG_NONE, proc_exepath,
     "full path of the executable, symbolic links resolved")


cdef int proc_pexepath(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, parent_of(context, context.thread), FACT_EXEPATH, out)
bind("proc.pexepath", FM_PT_CHARBUF, 0, ARG_NONE, proc_pexepath, "proc.exepath of the parent")


cdef int proc_aexepath(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_ancestor(context, arg, FACT_EXEPATH, out)
bind("proc.aexepath", FM_PT_CHARBUF, ANCESTOR, ARG_OPTIONAL, proc_aexepath,
     "proc.exepath of any ancestor, or of one: proc.aexepath[1]")


# Its arguments and environment

cdef int proc_args(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if not arg.is_index:
        return give_fact(context, context.thread, FACT_ARGS, out)
    return _nth(context.thread.args if context.thread is not NULL else NULL, arg.index, out)
bind("proc.args", FM_PT_CHARBUF, FIELD_INDEX, ARG_OPTIONAL, proc_args,
     "arguments after argv[0], joined by blanks, or one: proc.args[0] is the first of them")


cdef int proc_aargs(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_ancestor(context, arg, FACT_ARGS, out)
bind("proc.aargs", FM_PT_CHARBUF, FIELD_ANY | FIELD_INDEX, ARG_OPTIONAL, proc_aargs,
     "proc.args of any ancestor, or of one: proc.aargs[1]")


cdef int proc_cmdline(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, context.thread, FACT_CMDLINE, out)
bind("proc.cmdline", FM_PT_CHARBUF, 0, ARG_NONE, proc_cmdline, "proc.name and proc.args")


cdef int proc_pcmdline(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, parent_of(context, context.thread), FACT_CMDLINE, out)
bind("proc.pcmdline", FM_PT_CHARBUF, 0, ARG_NONE, proc_pcmdline, "proc.cmdline of the parent")


cdef int proc_acmdline(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_ancestor(context, arg, FACT_CMDLINE, out)
bind("proc.acmdline", FM_PT_CHARBUF, ANCESTOR, ARG_OPTIONAL, proc_acmdline,
     "proc.cmdline of any ancestor, or of one: proc.acmdline[1]")


cdef int proc_exeline(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    cdef const Text *args
    if not give_fact(context, context.thread, FACT_EXE, out):
        return 0
    args = context.thread.args
    writer_init(&writer, context.arena)
    put(&writer, out.text.data, out.text.size)
    if args is not NULL and args.size:
        put_char(&writer, c' ')
        put_strings(&writer, args.data, args.size, c' ')
    return writer_finish(&writer, out)
bind("proc.exeline", FM_PT_CHARBUF, 0, ARG_NONE, proc_exeline, "proc.exe and proc.args")


cdef int proc_cmdnargs(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t at
    cdef int64_t count = 0
    if context.thread is NULL or context.thread.args is NULL:
        return 0
    for at in range(context.thread.args.size):
        count += context.thread.args.data[at] == 0
    return give_number(out, count)
bind("proc.cmdnargs", FM_PT_UINT64, 0, ARG_NONE, proc_cmdnargs, "number of arguments after argv[0]")


cdef int proc_cmdlenargs(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if not proc_cmdnargs(context, arg, out):
        return 0
    return give_number(out, context.thread.args.size - out.number)
bind("proc.cmdlenargs", FM_PT_UINT64, 0, ARG_NONE, proc_cmdlenargs,
     "characters in the arguments after argv[0], blanks between them not counted")


cdef int proc_env(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.thread is NULL or context.thread.env is NULL:
        return 0
    if arg.text.data is not NULL:
        return _variable(context.thread.env, arg, out)
    writer_init(&writer, context.arena)
    put_strings(&writer, context.thread.env.data, context.thread.env.size, c' ')
    return writer_finish(&writer, out)
bind("proc.env", FM_PT_CHARBUF, 0, ARG_OPTIONAL, proc_env,
     "environment as NAME=value, joined by blanks, or the value of one: proc.env[HOME]")


cdef int proc_aenv(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Thread *thread = context.thread
    cdef int levels
    if arg.text.data is NULL or arg.is_index:
        return give_ancestor(context, arg, FACT_ENV, out)
    if thread is NULL:
        return 0
    for levels in range(NEAR_ANCESTORS_MAX):
        thread = parent_of(context, thread)
        if thread is NULL:
            break
        if thread.env is not NULL and _variable(thread.env, arg, out) and out.text.size:
            return 1
    return give_word(out, b"")
bind("proc.aenv", FM_PT_CHARBUF, FIELD_ANY | FIELD_NO_RHS | FIELD_NO_TRANSFORMER, ARG_OPTIONAL, proc_aenv,
     "proc.env of any ancestor, of one: proc.aenv[1], or a variable of the nearest: proc.aenv[HOME]")


# Where it is

cdef int proc_cwd(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Thread *thread = main_of(context)
    return give_text(out, thread.cwd if thread is not NULL else NULL)
bind("proc.cwd", FM_PT_CHARBUF, 0, ARG_NONE, proc_cwd, "working directory, with a / at its end")


cdef int proc_tty(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL or (context.thread.is_stub and context.thread.tty == 0):
        return 0
    return give_number(out, context.thread.tty)
bind("proc.tty", FM_PT_UINT32, 0, ARG_NONE, proc_tty, "number of the controlling terminal, 0 for none")


# Its ids and those of its family

cdef int proc_pid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_fact(context, context.thread, FACT_PID, out)
bind("proc.pid", FM_PT_INT64, 0, ARG_NONE, proc_pid, "id of the process")


cdef int proc_ppid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Thread *thread = main_of(context)
    if give_fact(context, parent_of(context, context.thread), FACT_PID, out):
        return 1
    if thread is NULL or thread.ptid < 0 or (thread.is_stub and thread.ptid == 0):
        return 0
    return give_number(out, thread.ptid)
bind("proc.ppid", FM_PT_INT64, 0, ARG_NONE, proc_ppid, "id of the parent")


cdef int proc_apid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_ancestor(context, arg, FACT_PID, out)
bind("proc.apid", FM_PT_INT64, ANCESTOR, ARG_OPTIONAL, proc_apid,
     "id of any ancestor, or of one: proc.apid[1] is the parent's")


cdef int proc_vpid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _known(context.thread.vpid if context.thread is not NULL else -1, out)
bind("proc.vpid", FM_PT_INT64, 0, ARG_NONE, proc_vpid, "id of the process in its own pid namespace")


cdef int proc_pvpid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Thread *parent = parent_of(context, context.thread)
    return _known(parent.vpid if parent is not NULL else -1, out)
bind("proc.pvpid", FM_PT_INT64, 0, ARG_NONE, proc_pvpid, "proc.vpid of the parent")


cdef int proc_loginshellid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Thread *thread = context.thread
    cdef int64_t shell = -1
    cdef int levels
    for levels in range(ANCESTORS_MAX):
        if thread is NULL:
            break
        if _is_shell(thread):
            shell = thread.pid
        thread = parent_of(context, thread)
    return _known(shell, out)
bind("proc.loginshellid", FM_PT_INT64, 0, ARG_NONE, proc_loginshellid,
     "id of the oldest shell among the process and its ancestors")


# When it began

cdef int proc_duration(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _age(context, main_of(context), out)
bind("proc.duration", FM_PT_RELTIME, 0, ARG_NONE, proc_duration, "nanoseconds since the process began")


cdef int proc_ppid_duration(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _age(context, parent_of(context, context.thread), out)
bind("proc.ppid.duration", FM_PT_RELTIME, 0, ARG_NONE, proc_ppid_duration, "proc.duration of the parent")


cdef int proc_pid_ts(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint64_t start = _start(main_of(context))
    return give_number(out, <int64_t>start) if start else 0
bind("proc.pid.ts", FM_PT_RELTIME, 0, ARG_NONE, proc_pid_ts,
     "when the process began, in nanoseconds since the epoch")


cdef int proc_ppid_ts(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint64_t start = _start(parent_of(context, context.thread))
    return give_number(out, <int64_t>start) if start else 0
bind("proc.ppid.ts", FM_PT_RELTIME, 0, ARG_NONE, proc_ppid_ts, "proc.pid.ts of the parent")


cdef int _known(int64_t id, Value *out) noexcept nogil:
    return give_number(out, id) if id >= 0 else 0


cdef uint64_t _start(const Thread *thread) noexcept nogil:
    """When the process was made; 0: not known."""
    if thread is NULL:
        return 0
    return thread.clone_ns if thread.clone_ns else thread.start_ns


cdef int _age(Context *context, const Thread *thread, Value *out) noexcept nogil:
    cdef uint64_t start = _start(thread)
    if start == 0 or start > context.event.ts_ns:
        return 0
    return give_number(out, <int64_t>(context.event.ts_ns - start))


cdef bint _is_shell(const Thread *thread) noexcept nogil:
    """By its name, as all shells end in "sh"."""
    cdef size_t size = strlen(thread.comm)
    return size >= 2 and memcmp(thread.comm + size - 2, b"sh", 2) == 0


cdef int _nth(const Text *strings, int64_t number, Value *out) noexcept nogil:
    """String number of those that each end in NUL."""
    cdef uint32_t at = 0
    cdef uint32_t size
    if strings is NULL:
        return 0
    while at < strings.size:
        size = <uint32_t>strlen(strings.data + at)
        if number == 0:
            out.text.data = strings.data + at
            out.text.size = size
            return 1
        number -= 1
        at += size + 1
    return 0


cdef int _variable(const Text *env, const Arg *arg, Value *out) noexcept nogil:
    """The value of the variable that arg names."""
    cdef uint32_t at = 0
    cdef uint32_t size
    while at < env.size:
        size = <uint32_t>strlen(env.data + at)
        if (
            size > arg.text.size
            and env.data[at + arg.text.size] == c'='
            and memcmp(env.data + at, arg.text.data, arg.text.size) == 0
        ):
            out.text.data = env.data + at + arg.text.size + 1
            out.text.size = size - arg.text.size - 1
            return 1
        at += size + 1
    return 0

# SPDX-License-Identifier: Apache-2.0
"""Relatives of a process, and the facts that fields ask of any of them.

proc.name, proc.pname, proc.aname[3] and proc.sname are one fact of four
relatives.
"""

from falcomod.engine.fields.field cimport give_number, give_text, give_word
from falcomod.engine.fields.writer cimport Writer, put, put_char, put_strings, writer_finish, writer_init
from falcomod.engine.state.threads cimport threads_find, threads_main, threads_parent
from falcomod.engine.types cimport Text

cdef enum:
    LEVELS_MAX = 64              # no family is deeper; ends a walk in circles, which reused pids can make


cdef Thread *main_of(Context *context) noexcept nogil:
    if context.thread is NULL:
        return NULL
    return threads_main(&context.tables.threads, context.thread)


cdef Thread *parent_of(Context *context, Thread *thread) noexcept nogil:
    return threads_parent(&context.tables.threads, thread) if thread is not NULL else NULL


cdef Thread *ancestor_of(Context *context, int64_t level) noexcept nogil:
    cdef Thread *thread = context.thread
    if level > LEVELS_MAX:
        return NULL
    while level > 0 and thread is not NULL:
        thread = parent_of(context, thread)
        level -= 1
    return thread


cdef Thread *leader_of(Context *context, int64_t id) noexcept nogil:
    cdef Thread *thread = main_of(context)
    cdef int levels
    if thread is NULL or id < 0:
        return NULL
    if thread.vpid == thread.pid:
        return threads_find(&context.tables.threads, id)
    # In a pid namespace of its own the numbers are those of the namespace, which the
    # tables are not keyed by; but leaders are nearly always ancestors.
    for levels in range(LEVELS_MAX):
        if thread is NULL or thread.vpid == id:
            return thread
        thread = parent_of(context, thread)
    return NULL


cdef int give_fact(Context *context, Thread *thread, Fact fact, Value *out) except -1 nogil:
    if thread is NULL:
        return 0
    if fact == FACT_NAME:
        return give_word(out, thread.comm) if thread.comm[0] else 0
    if fact == FACT_EXE:
        return give_text(out, thread.exe)
    if fact == FACT_EXEPATH:
        return give_text(out, thread.exepath) if thread.exepath is not NULL and thread.exepath.size else 0
    if fact == FACT_PID:
        return give_number(out, thread.pid) if thread.pid > 0 else 0
    if fact == FACT_ARGS:
        return _give_strings(context, thread.args, out)
    if fact == FACT_ENV:
        return _give_strings(context, thread.env, out)
    return _give_cmdline(context, thread, out)


cdef int give_ancestor(Context *context, const Arg *arg, Fact fact, Value *out) except -1 nogil:
    cdef Thread *thread = context.thread
    cdef int64_t wanted = out.number
    cdef int levels
    if arg.is_index:
        return give_fact(context, ancestor_of(context, arg.index), fact, out)
    for levels in range(LEVELS_MAX):
        thread = parent_of(context, thread)
        if thread is NULL:
            return 0
        if _has_fact(thread, fact):
            if wanted == 0:
                return give_fact(context, thread, fact, out)
            wanted -= 1
    return 0


cdef bint _has_fact(const Thread *thread, Fact fact) noexcept nogil:
    if fact == FACT_EXE:
        return thread.exe is not NULL
    if fact == FACT_EXEPATH:
        return thread.exepath is not NULL and thread.exepath.size != 0
    if fact == FACT_ARGS:
        return thread.args is not NULL
    if fact == FACT_ENV:
        return thread.env is not NULL
    return thread.pid > 0 if fact == FACT_PID else thread.comm[0] != 0


cdef int _give_strings(Context *context, const Text *strings, Value *out) except -1 nogil:
    cdef Writer writer
    if strings is NULL:
        return 0
    writer_init(&writer, context.arena)
    put_strings(&writer, strings.data, strings.size, c' ')
    return writer_finish(&writer, out)


cdef int _give_cmdline(Context *context, Thread *thread, Value *out) except -1 nogil:
    cdef Writer writer
    if not give_fact(context, thread, FACT_NAME, out):
        return 0
    writer_init(&writer, context.arena)
    put(&writer, out.text.data, out.text.size)
    if thread.args is not NULL and thread.args.size:
        put_char(&writer, c' ')
        put_strings(&writer, thread.args.data, thread.args.size, c' ')
    return writer_finish(&writer, out)

# SPDX-License-Identifier: Apache-2.0
"""proc.stdin.* and its like: the standard descriptors of the process."""

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.descriptor cimport put_fd_name, type_word
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.writer cimport Writer, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport Fd, fds_find
from falcomod.engine.types cimport Arg, Value


cdef int proc_stdin_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _standard_type(context, 0, out)
bind("proc.stdin.type", FM_PT_CHARBUF, 0, ARG_NONE, proc_stdin_type, "fd.type of standard input")


cdef int proc_stdin_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _standard_name(context, 0, out)
bind("proc.stdin.name", FM_PT_CHARBUF, 0, ARG_NONE, proc_stdin_name, "fd.name of standard input")


cdef int proc_stdout_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _standard_type(context, 1, out)
bind("proc.stdout.type", FM_PT_CHARBUF, 0, ARG_NONE, proc_stdout_type, "fd.type of standard output")


cdef int proc_stdout_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _standard_name(context, 1, out)
bind("proc.stdout.name", FM_PT_CHARBUF, 0, ARG_NONE, proc_stdout_name, "fd.name of standard output")


cdef int proc_stderr_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _standard_type(context, 2, out)
bind("proc.stderr.type", FM_PT_CHARBUF, 0, ARG_NONE, proc_stderr_type, "fd.type of standard error")


cdef int proc_stderr_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _standard_name(context, 2, out)
bind("proc.stderr.name", FM_PT_CHARBUF, 0, ARG_NONE, proc_stderr_name, "fd.name of standard error")


cdef int _standard_type(Context *context, int number, Value *out) noexcept nogil:
    cdef const Fd *fd = fds_find(context.thread.fds, number) if context.thread is not NULL else NULL
    return give_word(out, type_word(fd.type) if fd is not NULL else NULL)


cdef int _standard_name(Context *context, int number, Value *out) except -1 nogil:
    cdef const Fd *fd = fds_find(context.thread.fds, number) if context.thread is not NULL else NULL
    cdef Writer writer
    writer_init(&writer, context.arena)
    return writer_finish(&writer, out) if fd is not NULL and put_fd_name(&writer, fd) else 0

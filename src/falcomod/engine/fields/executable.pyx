# SPDX-License-Identifier: Apache-2.0
"""proc.is_exe_*, proc.exe_ino*: the file that the process runs."""

from libc.stdint cimport int64_t, uint32_t, uint64_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.threads cimport EXE_FROM_MEMFD, EXE_LOWER_LAYER, EXE_UPPER_LAYER, EXE_WRITABLE, Thread
from falcomod.engine.types cimport Arg, Value


cdef int proc_is_exe_writable(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _flag(context, EXE_WRITABLE, out)
bind("proc.is_exe_writable", FM_PT_BOOL, 0, ARG_NONE, proc_is_exe_writable,
     "whether the user that runs the executable may write to it")


cdef int proc_is_exe_upper_layer(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _flag(context, EXE_UPPER_LAYER, out)
bind("proc.is_exe_upper_layer", FM_PT_BOOL, 0, ARG_NONE, proc_is_exe_upper_layer,
     "whether the executable is in the upper layer of an overlay: not part of a container's image")


cdef int proc_is_exe_lower_layer(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _flag(context, EXE_LOWER_LAYER, out)
bind("proc.is_exe_lower_layer", FM_PT_BOOL, 0, ARG_NONE, proc_is_exe_lower_layer,
     "whether the executable is in a lower layer of an overlay: part of a container's image")


cdef int proc_is_exe_from_memfd(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _flag(context, EXE_FROM_MEMFD, out)
bind("proc.is_exe_from_memfd", FM_PT_BOOL, 0, ARG_NONE, proc_is_exe_from_memfd,
     "whether the executable exists in memory only")


cdef int proc_exe_ino(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _nonzero(context.thread.exe_ino if context.thread is not NULL else 0, out)
bind("proc.exe_ino", FM_PT_INT64, 0, ARG_NONE, proc_exe_ino, "inode of the executable")


cdef int proc_exe_ino_ctime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _nonzero(context.thread.exe_ino_ctime_ns if context.thread is not NULL else 0, out)
bind("proc.exe_ino.ctime", FM_PT_ABSTIME, 0, ARG_NONE, proc_exe_ino_ctime,
     "last change of the executable's inode, in nanoseconds since the epoch")


cdef int proc_exe_ino_mtime(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _nonzero(context.thread.exe_ino_mtime_ns if context.thread is not NULL else 0, out)
bind("proc.exe_ino.mtime", FM_PT_ABSTIME, 0, ARG_NONE, proc_exe_ino_mtime,
     "last change of the executable's content, in nanoseconds since the epoch")


cdef int proc_exe_ino_ctime_duration_proc_start(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Thread *thread = context.thread
    if thread is NULL or thread.exe_ino_ctime_ns == 0 or thread.start_ns < thread.exe_ino_ctime_ns:
        return 0
    return give_number(out, <int64_t>(thread.start_ns - thread.exe_ino_ctime_ns))
bind("proc.exe_ino.ctime_duration_proc_start", FM_PT_ABSTIME, 0, ARG_NONE,
     proc_exe_ino_ctime_duration_proc_start,
     "nanoseconds from the last change of the executable's inode to its start")


cdef int proc_exe_ino_ctime_duration_pidns_start(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Thread *thread = context.thread
    if (
        thread is NULL
        or thread.pidns_init_start_ns == 0
        or thread.exe_ino_ctime_ns < thread.pidns_init_start_ns
    ):
        return 0
    return give_number(out, <int64_t>(thread.exe_ino_ctime_ns - thread.pidns_init_start_ns))
bind("proc.exe_ino.ctime_duration_pidns_start", FM_PT_ABSTIME, 0, ARG_NONE,
     proc_exe_ino_ctime_duration_pidns_start,
     "nanoseconds from the start of the pid namespace to the last change of the executable's inode")


cdef int _flag(Context *context, uint32_t flag, Value *out) noexcept nogil:
    cdef const Thread *thread = context.thread
    # Of a process that was there before us only parts are known.
    if thread is NULL or (thread.is_stub and thread.exe_flags == 0):
        return 0
    return give_number(out, thread.exe_flags & flag != 0)


cdef int _nonzero(uint64_t number, Value *out) noexcept nogil:
    return give_number(out, <int64_t>number) if number else 0

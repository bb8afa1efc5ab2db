# SPDX-License-Identifier: Apache-2.0
"""Events that change what a process is: ids, names, rights, limits, directories.

Ids and rights are a thread's own. Session, group, limit and directories belong
to the process and are kept on its main thread.
"""

from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memcpy, memset

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport (
    param_i64, param_str, param_u8, param_u32, param_u64,
)
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.paths cimport AT_FDCWD, PATH_LIMIT, directory_of, path_absolute
from falcomod.engine.state.tables cimport text_set
from falcomod.engine.state.threads cimport COMM_SIZE, Thread, threads_find, threads_main
from falcomod.engine.state.update_row cimport UpdateRow
from falcomod.engine.types cimport Str, text_release

cdef uint32_t NO_ID = 0xFFFFFFFFu            # -1 in setresuid(2): leave as it is


cdef const UpdateRow *ids_updates() noexcept nogil:
    return UPDATES


cdef inline Thread *process_of(Context *context) noexcept nogil:
    return threads_main(&context.tables.threads, context.thread)


cdef inline bint succeeded(const Event *event) noexcept nogil:
    # The result is the first parameter of all of these.
    return param_i64(event, 0, -1) == 0


# Effective user and group

cdef void set_uid(Context *context, uint32_t index) noexcept nogil:
    cdef uint32_t uid = param_u32(context.event, index, NO_ID)
    if succeeded(context.event) and uid != NO_ID:
        context.thread.uid = uid


cdef void set_gid(Context *context, uint32_t index) noexcept nogil:
    cdef uint32_t gid = param_u32(context.event, index, NO_ID)
    if succeeded(context.event) and gid != NO_ID:
        context.thread.gid = gid


cdef void on_setuid(Context *context) noexcept nogil:
    set_uid(context, FM_SETUID_X_uid)


cdef void on_setgid(Context *context) noexcept nogil:
    set_gid(context, FM_SETGID_X_gid)


cdef void on_setreuid(Context *context) noexcept nogil:
    set_uid(context, FM_SETREUID_X_euid)


cdef void on_setregid(Context *context) noexcept nogil:
    set_gid(context, FM_SETREGID_X_egid)


cdef void on_setresuid(Context *context) noexcept nogil:
    set_uid(context, FM_SETRESUID_X_euid)


cdef void on_setresgid(Context *context) noexcept nogil:
    set_gid(context, FM_SETRESGID_X_egid)


cdef void on_capset(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Thread *thread = context.thread
    if not succeeded(event):
        return
    thread.cap_inheritable = param_u64(
        event, FM_CAPSET_X_cap_inheritable, thread.cap_inheritable
    )
    thread.cap_permitted = param_u64(event, FM_CAPSET_X_cap_permitted, thread.cap_permitted)
    thread.cap_effective = param_u64(event, FM_CAPSET_X_cap_effective, thread.cap_effective)


# Session and process group

cdef void on_setsid(Context *context) noexcept nogil:
    cdef int64_t sid = param_i64(context.event, FM_SETSID_X_res, -1)
    cdef Thread *process = process_of(context)
    if sid <= 0:
        return
    # The caller becomes leader of a session and of a group, both of its own number.
    process.sid = sid
    process.vpgid = sid
    process.pgid = process.pid


cdef void on_setpgid(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Thread *caller = process_of(context)
    cdef Thread *target = caller
    cdef int64_t pid = param_i64(event, FM_SETPGID_X_pid, 0)
    cdef int64_t pgid = param_i64(event, FM_SETPGID_X_pgid, 0)
    cdef bint is_host = caller.vpid == caller.pid
    if not succeeded(event) or pid < 0 or pgid < 0:
        return
    if pid != 0 and pid != caller.vpid:
        # Another process, numbered in the caller's namespace: known only on the host.
        target = threads_find(&context.tables.threads, pid) if is_host else NULL
        if target == NULL:
            return
    target.vpgid = pgid if pgid != 0 else target.vpid
    if pgid == 0 or pgid == target.vpid:
        target.pgid = target.pid
    else:
        target.pgid = pgid if is_host else -1


# Name, limits

cdef void on_prctl(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Str name = param_str(event, FM_PRCTL_X_arg2_str)
    cdef uint32_t size = name.size if name.size < COMM_SIZE else COMM_SIZE - 1
    if not succeeded(event) or name.data == NULL:
        return
    if param_u32(event, FM_PRCTL_X_option, 0) != FM_prctl_options_PR_SET_NAME:
        return
    memset(context.thread.comm, 0, COMM_SIZE)
    memcpy(context.thread.comm, name.data, size)


cdef void set_limit(
    Thread *process, const Event *event, uint32_t resource, uint32_t value
) noexcept nogil:
    # RLIM_INFINITY is -1, and so is a limit that was asked for and not set.
    cdef int64_t limit = param_i64(event, value, -1)
    if param_u8(event, resource, 0xFF) == FM_rlimit_resources_RLIMIT_NOFILE and limit >= 0:
        process.fdlimit = limit


cdef void on_setrlimit(Context *context) noexcept nogil:
    if succeeded(context.event):
        set_limit(
            process_of(context), context.event, FM_SETRLIMIT_X_resource, FM_SETRLIMIT_X_cur
        )


cdef void on_prlimit(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Thread *caller = process_of(context)
    cdef Thread *target = caller
    cdef int64_t pid = param_i64(event, FM_PRLIMIT_X_pid, 0)
    if not succeeded(event):
        return
    if pid != 0 and pid != caller.vpid:
        target = NULL
        if caller.vpid == caller.pid:
            target = threads_find(&context.tables.threads, pid)
    if target != NULL:
        set_limit(target, event, FM_PRLIMIT_X_resource, FM_PRLIMIT_X_newcur)


# Working directory and root

cdef void on_chdir(Context *context) noexcept nogil:
    cdef Str path = param_str(context.event, FM_CHDIR_X_path)
    if succeeded(context.event):
        set_directory(context, path)


cdef void on_fchdir(Context *context) noexcept nogil:
    cdef Str path
    path.data = NULL
    path.size = 0
    if not succeeded(context.event):
        return
    if context.fd != NULL and context.fd.name != NULL and context.fd.name.data[0] == c"/":
        path.data = context.fd.name.data
        path.size = context.fd.name.size
    set_directory(context, path)


cdef void set_directory(Context *context, Str path) noexcept nogil:
    """The directory that relative paths begin at; data NULL: not known any more."""
    cdef Thread *process = process_of(context)
    cdef Str directory = path
    if path.data != NULL:
        directory = path_absolute(
            context.arena, directory_of(&context.tables.threads, context.thread, AT_FDCWD), path
        )
    if directory.data == NULL or directory.size >= PATH_LIMIT or directory.data[0] != c"/":
        text_release(process.cwd)
        process.cwd = NULL
        return
    if directory.size > 1:
        (<char *>directory.data)[directory.size] = c"/"
        directory.size += 1
    text_set(&process.cwd, directory.data, directory.size)


cdef void on_chroot(Context *context) noexcept nogil:
    cdef Thread *process = process_of(context)
    cdef Str path = param_str(context.event, FM_CHROOT_X_path)
    cdef Str outer
    if not succeeded(context.event) or path.data == NULL:
        return
    path = path_absolute(
        context.arena, directory_of(&context.tables.threads, context.thread, AT_FDCWD), path
    )
    if path.data == NULL or path.data[0] != c"/":
        return
    if process.root != NULL:
        # The path is that of the caller, who may be below a root already.
        outer.data = process.root.data
        outer.size = process.root.size
        path.data += 1
        path.size -= 1
        path = path_absolute(context.arena, outer, path)
    if path.data != NULL and path.size <= PATH_LIMIT:
        text_set(&process.root, path.data, path.size)


cdef UpdateRow *UPDATES = [
    UpdateRow(FM_SETUID_X, on_setuid),
    UpdateRow(FM_SETGID_X, on_setgid),
    UpdateRow(FM_SETREUID_X, on_setreuid),
    UpdateRow(FM_SETREGID_X, on_setregid),
    UpdateRow(FM_SETRESUID_X, on_setresuid),
    UpdateRow(FM_SETRESGID_X, on_setresgid),
    UpdateRow(FM_CAPSET_X, on_capset),
    UpdateRow(FM_SETSID_X, on_setsid),
    UpdateRow(FM_SETPGID_X, on_setpgid),
    UpdateRow(FM_PRCTL_X, on_prctl),
    UpdateRow(FM_SETRLIMIT_X, on_setrlimit),
    UpdateRow(FM_PRLIMIT_X, on_prlimit),
    UpdateRow(FM_CHDIR_X, on_chdir),
    UpdateRow(FM_FCHDIR_X, on_fchdir),
    UpdateRow(FM_CHROOT_X, on_chroot),
    UpdateRow(0, NULL),
]

# SPDX-License-Identifier: Apache-2.0
"""Events that begin, replace and end processes.

A clone is told twice, by the caller (the result is the child) and by the child
(the result is 0), in either order, and either may be lost. The first makes the
child from what is known of its parent, Thread.birth remembers which it was, and
only the child's own record corrects what it says about itself: the caller's
result is a number of the caller's pid namespace and not always of the host's.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport (
    param_bytes, param_i64, param_str, param_u32, param_u64,
)
from falcomod.engine.state.containers cimport container_hold
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport (
    FdTable, fds_close_on_exec, fds_copy, fds_new, fds_release, fds_share,
)
from falcomod.engine.state.paths cimport AT_FDCWD, PATH_LIMIT, directory_of, path_absolute
from falcomod.engine.state.tables cimport (
    Tables, tables_ask, tables_contain, tables_end, tables_see, tables_spare, tables_thread,
    text_set,
)
from falcomod.engine.state.threads cimport (
    BIRTH_BY_CHILD, BIRTH_BY_PARENT, BIRTH_KNOWN, COMM_SIZE, Thread, threads_add, threads_find,
    threads_join, threads_leave, threads_main, threads_remove_others, threads_reparent,
    threads_set_parent,
)
from falcomod.engine.state.update_container cimport find_probe
from falcomod.engine.state.update_row cimport UpdateRow
from falcomod.engine.types cimport Str, Text, text_release, text_share


cdef const UpdateRow *process_updates() noexcept nogil:
    return UPDATES


cdef bint is_process_event(int code) noexcept nogil:
    return (
        code == FM_CLONE_20_X
        or code == FM_CLONE3_X
        or code == FM_FORK_20_X
        or code == FM_VFORK_20_X
        or code == FM_EXECVE_19_X
        or code == FM_EXECVEAT_X
        or code == FM_PROCEXIT_1_E
    )


# clone, clone3, fork, vfork: their parameters are the same (a test compares them).

cdef void on_clone(Context *context) noexcept nogil:
    cdef int64_t result = param_i64(context.event, FM_CLONE_20_X_res, -1)
    if result == 0:
        clone_in_child(context)
    else:
        clone_in_parent(context, result)


cdef void clone_in_parent(Context *context, int64_t result) noexcept nogil:
    cdef const Event *event = context.event
    cdef uint32_t flags = param_u32(event, FM_CLONE_20_X_flags, 0)
    cdef Thread *parent = tables_thread(context.tables, event.tid)
    cdef Thread *child
    context.thread = parent
    if parent == NULL:
        return
    if parent.is_stub:
        describe(context.tables, parent, event)
    if result <= 0 or not is_host_number(parent, event, flags):
        return
    child = threads_find(&context.tables.threads, result)
    if child != NULL and child.birth == BIRTH_BY_CHILD:
        child.birth = BIRTH_KNOWN
        return
    if child == parent:
        return
    child = bear(context.tables, result, parent, flags, event.ts_ns)
    if child != NULL:
        child.birth = BIRTH_BY_PARENT
        threads_join(&context.tables.threads, child)


cdef bint is_host_number(
    const Thread *parent, const Event *event, uint32_t flags
) noexcept nogil:
    """Whether the child that a clone returned is numbered as on the host."""
    cdef int64_t vtid = param_i64(event, FM_CLONE_20_X_vtid, parent.vtid)
    if vtid > 0:
        return vtid == event.tid
    return not flags & FM_clone_flags_CLONE_CHILD_IN_PIDNS


cdef void clone_in_child(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Tables *tables = context.tables
    cdef uint32_t flags = param_u32(event, FM_CLONE_20_X_flags, 0)
    cdef Thread *child = threads_find(&tables.threads, event.tid)
    if child != NULL and child.birth == BIRTH_BY_PARENT and child.exit_ns == 0:
        child.birth = BIRTH_KNOWN
    else:
        child = bear(tables, event.tid, parent_of(tables, event, flags), flags, event.ts_ns)
        if child == NULL:
            context.thread = tables_spare(tables, event.tid)
            return
        child.birth = BIRTH_BY_CHILD
    context.thread = child
    describe(tables, child, event)


cdef Thread *parent_of(Tables *tables, const Event *event, uint32_t flags) noexcept nogil:
    """The thread that a child has its descriptors and directory from, by its own record."""
    cdef int64_t pid = param_i64(event, FM_CLONE_20_X_pid, 0)
    cdef int64_t tid = param_i64(event, FM_CLONE_20_X_ptid, 0)
    if flags & FM_clone_flags_CLONE_THREAD and pid > 0:
        tid = pid
    return threads_find(&tables.threads, tid) if tid != event.tid else NULL


cdef Thread *bear(
    Tables *tables, int64_t tid, Thread *parent, uint32_t flags, uint64_t now_ns
) noexcept nogil:
    """A new thread as its parent made it; parent NULL: not known. NULL: the table is full."""
    cdef Thread *child = threads_add(&tables.threads, tid)
    if child == NULL:
        return NULL
    if parent == NULL:
        child.fds = fds_new()
    else:
        inherit(child, parent, threads_main(&tables.threads, parent), flags)
        threads_set_parent(&tables.threads, child, child.ptid)
    if parent == NULL or parent.is_stub:
        child.is_stub = 1
        tables_ask(tables, tid)
    child.clone_flags = flags
    child.clone_ns = now_ns
    child.start_ns = now_ns
    return child


cdef void inherit(
    Thread *child, const Thread *parent, const Thread *leader, uint32_t flags
) noexcept nogil:
    cdef int64_t tid = child.tid
    cdef bint is_thread = flags & FM_clone_flags_CLONE_THREAD
    child[0] = parent[0]
    child.tid = tid
    child.pid = parent.pid if is_thread else tid
    if not is_thread and not flags & FM_clone_flags_CLONE_PARENT:
        child.ptid = parent.tid
    # Outside of pid namespaces the numbers are the host's; inside, the child's record tells.
    child.vtid = child.vpid = -1
    if parent.vtid == parent.tid and not flags & FM_clone_flags_CLONE_CHILD_IN_PIDNS:
        child.vtid = child.tid
        child.vpid = child.pid
    child.sid = leader.sid
    child.vpgid = leader.vpgid
    child.pgid = leader.pgid
    child.fdlimit = leader.fdlimit
    memset(child.kin, 0, sizeof(child.kin))
    child.exit_ns = 0
    child.is_stub = 0
    child.is_counted = 0
    child.others = 0
    text_share(child.exe)
    text_share(child.exepath)
    text_share(child.args)
    text_share(child.env)
    text_share(child.cgroups)
    container_hold(child.container)
    child.cwd = text_share(leader.cwd)
    child.root = text_share(leader.root)
    if is_thread or flags & FM_clone_flags_CLONE_FILES:
        child.fds = fds_share(parent.fds)
    else:
        child.fds = fds_copy(parent.fds)


cdef void describe(Tables *tables, Thread *thread, const Event *event) noexcept nogil:
    """What a clone's record says about the thread that it comes from."""
    cdef int64_t pid = param_i64(event, FM_CLONE_20_X_pid, 0)
    cdef int64_t ptid = param_i64(event, FM_CLONE_20_X_ptid, -1)
    if thread == &tables.spare:
        return
    threads_leave(&tables.threads, thread)
    if pid > 0:
        thread.pid = pid
    if ptid >= 0:
        threads_set_parent(&tables.threads, thread, ptid)
    threads_join(&tables.threads, thread)
    thread.vtid = param_i64(event, FM_CLONE_20_X_vtid, thread.vtid)
    thread.vpid = param_i64(event, FM_CLONE_20_X_vpid, thread.vpid)
    thread.uid = param_u32(event, FM_CLONE_20_X_uid, thread.uid)
    thread.gid = param_u32(event, FM_CLONE_20_X_gid, thread.gid)
    thread.pidns_init_start_ns = param_u64(
        event, FM_CLONE_20_X_pidns_init_start_ts, thread.pidns_init_start_ns
    )
    set_image(tables, thread, event)


cdef void set_image(Tables *tables, Thread *thread, const Event *event) noexcept nogil:
    """What the records of a clone and of an exec have in common, in the same places."""
    cdef Str comm = param_str(event, FM_CLONE_20_X_comm)
    cdef Str exe = param_str(event, FM_CLONE_20_X_exe)
    cdef Str cgroups = param_bytes(event, FM_CLONE_20_X_cgroups)
    thread.fdlimit = param_i64(event, FM_CLONE_20_X_fdlimit, thread.fdlimit)
    thread.pfmajor = param_u64(event, FM_CLONE_20_X_pgft_maj, thread.pfmajor)
    thread.pfminor = param_u64(event, FM_CLONE_20_X_pgft_min, thread.pfminor)
    thread.vm_size_kb = param_u32(event, FM_CLONE_20_X_vm_size, thread.vm_size_kb)
    thread.vm_rss_kb = param_u32(event, FM_CLONE_20_X_vm_rss, thread.vm_rss_kb)
    thread.vm_swap_kb = param_u32(event, FM_CLONE_20_X_vm_swap, thread.vm_swap_kb)
    if comm.data != NULL:
        set_comm(thread, comm)
    if exe.data != NULL:
        text_set(&thread.exe, exe.data, min_size(exe.size, FM_PATH_MAX))
        # No arguments are an empty parameter: where there is argv[0], they are known.
        set_list(&thread.args, param_bytes(event, FM_CLONE_20_X_args))
    if cgroups.data != NULL:
        set_list(&thread.cgroups, cgroups)
        tables_contain(tables, thread)


cdef void set_comm(Thread *thread, Str comm) noexcept nogil:
    cdef uint32_t size = min_size(comm.size, COMM_SIZE - 1)
    memset(thread.comm, 0, COMM_SIZE)
    memcpy(thread.comm, comm.data, size)


cdef void set_list(Text **slot, Str texts) noexcept nogil:
    """NUL-terminated texts; of too many the first ones."""
    cdef uint32_t size = min_size(texts.size, FM_ARGS_MAX)
    text_set(slot, texts.data, size)
    if size and slot[0] != NULL and slot[0].data[size - 1] != 0:
        # The driver ends every list with a NUL; others lose a byte rather than it.
        slot[0].data[size - 1] = 0


cdef inline uint32_t min_size(uint32_t size, uint32_t limit) noexcept nogil:
    return size if size < limit else limit


# execve, execveat: their parameters are the same but for filename (a test compares them).

cdef void on_execve(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Tables *tables = context.tables
    cdef Thread *thread = tables_thread(tables, event.tid)
    cdef int64_t ptid
    context.thread = thread
    if thread == NULL or param_i64(event, FM_EXECVE_19_X_res, -1) != 0:
        return
    ptid = param_i64(event, FM_EXECVE_19_X_ptid, thread.ptid)
    if thread == &tables.spare:
        # It is in no table, and so in no list.
        thread.ptid = ptid
    else:
        become_process(tables, thread)
        threads_set_parent(&tables.threads, thread, ptid)
    set_executable(context, thread)
    set_image(tables, thread, event)
    set_list(&thread.env, param_bytes(event, FM_EXECVE_19_X_env))
    thread.start_ns = event.ts_ns
    thread.vpgid = param_i64(event, FM_EXECVE_19_X_vpgid, thread.vpgid)
    thread.pgid = param_i64(event, FM_EXECVE_19_X_pgid, thread.pgid)
    thread.tty = param_u32(event, FM_EXECVE_19_X_tty, thread.tty)
    thread.loginuid = param_u32(event, FM_EXECVE_19_X_loginuid, thread.loginuid)
    thread.uid = param_u32(event, FM_EXECVE_19_X_uid, thread.uid)
    thread.gid = param_u32(event, FM_EXECVE_19_X_gid, thread.gid)
    thread.cap_inheritable = param_u64(event, FM_EXECVE_19_X_cap_inheritable, 0)
    thread.cap_permitted = param_u64(event, FM_EXECVE_19_X_cap_permitted, 0)
    thread.cap_effective = param_u64(event, FM_EXECVE_19_X_cap_effective, 0)
    if thread.container != NULL:
        find_probe(tables, thread)
        tables_see(tables, thread)


cdef void become_process(Tables *tables, Thread *thread) noexcept nogil:
    """The caller of an exec is its process's only thread from then on, under the pid as tid.

    The main thread's own end is told before, when another thread made the call.
    """
    cdef FdTable *own
    thread.exit_ns = 0
    if thread.birth == BIRTH_BY_PARENT:
        # The child's own record was lost; the caller's is still to come after a vfork.
        thread.birth = BIRTH_KNOWN
    if thread.pid != thread.tid:
        # Its main thread was not known to be that.
        threads_leave(&tables.threads, thread)
        thread.pid = thread.tid
    threads_remove_others(&tables.threads, thread.tid)
    thread.others = 0
    if thread.fds != NULL and thread.fds.owners > 1:
        # What CLONE_FILES shared with another process is copied by an exec.
        own = fds_copy(thread.fds)
        fds_release(thread.fds)
        thread.fds = own
    fds_close_on_exec(thread.fds)


cdef void set_executable(Context *context, Thread *thread) noexcept nogil:
    cdef const Event *event = context.event
    cdef Str path = param_str(event, FM_EXECVE_19_X_trusted_exepath)
    if path.data == NULL and event.code == FM_EXECVE_19_X:
        # Captures of older drivers: the path as the call had it.
        path = param_str(event, FM_EXECVE_19_X_filename)
        if path.data != NULL:
            path = path_absolute(
                context.arena, directory_of(&context.tables.threads, thread, AT_FDCWD), path
            )
    if path.data != NULL and path.size <= PATH_LIMIT:
        text_set(&thread.exepath, path.data, path.size)
    else:
        text_release(thread.exepath)
        thread.exepath = NULL
    thread.exe_flags = param_u32(event, FM_EXECVE_19_X_flags, 0)
    thread.exe_ino = param_u64(event, FM_EXECVE_19_X_exe_ino, 0)
    thread.exe_ino_ctime_ns = param_u64(event, FM_EXECVE_19_X_exe_ino_ctime, 0)
    thread.exe_ino_mtime_ns = param_u64(event, FM_EXECVE_19_X_exe_ino_mtime, 0)


cdef void on_procexit(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Tables *tables = context.tables
    cdef int64_t reaper = param_i64(event, FM_PROCEXIT_1_E_reaper_tid, 0)
    cdef Thread *thread = tables_thread(tables, event.tid)
    cdef Thread *leader
    context.thread = thread
    if thread == NULL or thread == &tables.spare or thread.exit_ns != 0:
        return
    thread.exit_ns = event.ts_ns if event.ts_ns else 1
    # 0: there are no children.
    if reaper > 0:
        threads_reparent(&tables.threads, thread.tid, reaper)
    threads_leave(&tables.threads, thread)
    leader = threads_main(&tables.threads, thread)
    # A main thread outlives its end as long as others of the process need what it is.
    if thread != leader or thread.others == 0:
        tables_end(tables, thread, event.ts_ns)
    if thread != leader and leader.exit_ns != 0 and leader.others == 0:
        tables_end(tables, leader, event.ts_ns)


cdef UpdateRow *UPDATES = [
    UpdateRow(FM_CLONE_20_X, on_clone),
    UpdateRow(FM_CLONE3_X, on_clone),
    UpdateRow(FM_FORK_20_X, on_clone),
    UpdateRow(FM_VFORK_20_X, on_clone),
    UpdateRow(FM_EXECVE_19_X, on_execve),
    UpdateRow(FM_EXECVEAT_X, on_execve),
    UpdateRow(FM_PROCEXIT_1_E, on_procexit),
    UpdateRow(0, NULL),
]

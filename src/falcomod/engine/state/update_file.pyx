# SPDX-License-Identifier: Apache-2.0
"""Events that make, copy and close descriptors other than sockets."""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdio cimport snprintf
from libc.string cimport strlen

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport (
    param_i64, param_str, param_u8, param_u16, param_u32, param_u64,
)
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport *
from falcomod.engine.state.paths cimport AT_FDCWD, PATH_LIMIT, directory_of, path_absolute
from falcomod.engine.state.tables cimport tables_fd
from falcomod.engine.state.threads cimport Thread, threads_find
from falcomod.engine.state.update_row cimport UpdateRow
from falcomod.engine.types cimport Str, Text, text_new, text_release, text_share


cdef const UpdateRow *file_updates() noexcept nogil:
    return UPDATES


# open and its relatives

cdef void on_open(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    opened(
        context, AT_FDCWD, param_str(event, FM_OPEN_X_name), param_u32(event, FM_OPEN_X_flags, 0),
        param_u32(event, FM_OPEN_X_dev, 0), param_u64(event, FM_OPEN_X_ino, 0),
    )


cdef void on_openat(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    opened(
        context, param_i64(event, FM_OPENAT_2_X_dirfd, -1),
        param_str(event, FM_OPENAT_2_X_name), param_u32(event, FM_OPENAT_2_X_flags, 0),
        param_u32(event, FM_OPENAT_2_X_dev, 0), param_u64(event, FM_OPENAT_2_X_ino, 0),
    )


cdef void on_openat2(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    opened(
        context, param_i64(event, FM_OPENAT2_X_dirfd, -1), param_str(event, FM_OPENAT2_X_name),
        param_u32(event, FM_OPENAT2_X_flags, 0), param_u32(event, FM_OPENAT2_X_dev, 0),
        param_u64(event, FM_OPENAT2_X_ino, 0),
    )


cdef void on_creat(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef uint16_t layer = param_u16(event, FM_CREAT_X_creat_flags, 0)
    # creat(2) is open(2) with these; its flags have bits of their own for the layers.
    cdef uint32_t flags = (
        FM_file_flags_O_CREAT | FM_file_flags_O_WRONLY | FM_file_flags_O_TRUNC
    )
    if layer & FM_creat_flags_FD_UPPER_LAYER_CREAT:
        flags |= FM_file_flags_FD_UPPER_LAYER
    if layer & FM_creat_flags_FD_LOWER_LAYER_CREAT:
        flags |= FM_file_flags_FD_LOWER_LAYER
    opened(
        context, AT_FDCWD, param_str(event, FM_CREAT_X_name), flags,
        param_u32(event, FM_CREAT_X_dev, 0), param_u64(event, FM_CREAT_X_ino, 0),
    )


cdef void on_open_by_handle_at(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    opened(
        context, AT_FDCWD, param_str(event, FM_OPEN_BY_HANDLE_AT_X_path),
        param_u32(event, FM_OPEN_BY_HANDLE_AT_X_flags, 0),
        param_u32(event, FM_OPEN_BY_HANDLE_AT_X_dev, 0),
        param_u64(event, FM_OPEN_BY_HANDLE_AT_X_ino, 0),
    )


cdef void opened(
    Context *context, int64_t dirfd, Str name, uint32_t flags, uint32_t dev, uint64_t ino
) noexcept nogil:
    """A file or directory behind the descriptor that is the call's result."""
    cdef Str path
    cdef Fd *fd
    path.data = NULL
    path.size = 0
    if param_i64(context.event, 0, -1) < 0:
        return
    # First the path: the directory may lose its descriptor to this one.
    if name.data != NULL:
        path = path_absolute(
            context.arena, directory_of(&context.tables.threads, context.thread, dirfd), name
        )
    fd = created(context, FD_FILE_V2, flags)
    if fd == NULL:
        return
    if is_directory(flags):
        fd.type = FD_DIRECTORY
    fd.dev = dev
    fd.ino = ino
    if path.data == NULL or path.size > PATH_LIMIT or name.size > PATH_LIMIT:
        return
    fd.name = text_new(path.data, path.size)
    if fd.name != NULL and is_same(path, name):
        fd.name_raw = text_share(fd.name)
    else:
        fd.name_raw = text_new(name.data, name.size)


cdef inline bint is_directory(uint32_t flags) noexcept nogil:
    """Whether an open with these flags yields a directory for sure.

    The kernel's O_TMPFILE holds O_DIRECTORY, and some drivers report both for either:
    what is written to is a file.
    """
    return flags & FM_file_flags_O_DIRECTORY and not (
        flags & FM_file_flags_O_TMPFILE and flags & FM_file_flags_O_WRONLY
    )


cdef inline bint is_same(Str a, Str b) noexcept nogil:
    cdef uint32_t i
    if a.size != b.size:
        return False
    for i in range(a.size):
        if a.data[i] != b.data[i]:
            return False
    return True


# Descriptors made by other calls

cdef Fd *created(Context *context, uint8_t type, uint32_t flags) noexcept nogil:
    """The descriptor that is the call's result, which becomes the event's own; or NULL."""
    return created_at(context, param_i64(context.event, 0, -1), type, flags)


cdef Fd *created_at(
    Context *context, int64_t number, uint8_t type, uint32_t flags
) noexcept nogil:
    cdef Fd *fd
    if number < 0:
        return NULL
    fd = tables_fd(context.tables, context.thread, number)
    context.fd = fd
    context.fd_number = number
    if fd != NULL:
        fd.type = type
        fd.open_flags = flags
        fd.close_on_exec = flags & FM_file_flags_O_CLOEXEC != 0
    return fd


cdef void made(Context *context, uint8_t type, uint32_t flags, const char *name) noexcept nogil:
    """A descriptor of a kernel object, under the name that /proc shows for it."""
    cdef Fd *fd = created(context, type, flags)
    if fd != NULL:
        fd.name = text_new(name, <uint32_t>strlen(name))


cdef void on_eventfd(Context *context) noexcept nogil:
    made(context, FD_EVENTFD, 0, b"anon_inode:[eventfd]")


cdef void on_eventfd2(Context *context) noexcept nogil:
    made(
        context, FD_EVENTFD, param_u16(context.event, FM_EVENTFD2_X_flags, 0),
        b"anon_inode:[eventfd]",
    )


cdef void on_timerfd_create(Context *context) noexcept nogil:
    made(context, FD_TIMERFD, 0, b"anon_inode:[timerfd]")


cdef void on_signalfd(Context *context) noexcept nogil:
    made(context, FD_SIGNALFD, 0, b"anon_inode:[signalfd]")


cdef void on_signalfd4(Context *context) noexcept nogil:
    made(
        context, FD_SIGNALFD, param_u16(context.event, FM_SIGNALFD4_X_flags, 0),
        b"anon_inode:[signalfd]",
    )


cdef void on_inotify_init(Context *context) noexcept nogil:
    made(context, FD_INOTIFY, 0, b"anon_inode:inotify")


cdef void on_inotify_init1(Context *context) noexcept nogil:
    made(
        context, FD_INOTIFY, param_u16(context.event, FM_INOTIFY_INIT1_X_flags, 0),
        b"anon_inode:inotify",
    )


cdef void on_epoll_create(Context *context) noexcept nogil:
    made(context, FD_EVENTPOLL, 0, b"anon_inode:[eventpoll]")


cdef void on_epoll_create1(Context *context) noexcept nogil:
    cdef uint32_t flags = 0
    if param_u32(context.event, FM_EPOLL_CREATE1_X_flags, 0) & (
        FM_epoll_create1_flags_EPOLL_CLOEXEC
    ):
        flags = FM_file_flags_O_CLOEXEC
    made(context, FD_EVENTPOLL, flags, b"anon_inode:[eventpoll]")


cdef void on_userfaultfd(Context *context) noexcept nogil:
    made(
        context, FD_USERFAULTFD, param_u32(context.event, FM_USERFAULTFD_X_flags, 0),
        b"anon_inode:[userfaultfd]",
    )


cdef void on_io_uring_setup(Context *context) noexcept nogil:
    # Always close-on-exec: Linux io_uring_install_fd().
    made(context, FD_IOURING, FM_file_flags_O_CLOEXEC, b"anon_inode:[io_uring]")


cdef void on_memfd_create(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Str name = param_str(event, FM_MEMFD_CREATE_X_name)
    cdef uint32_t flags = FM_file_flags_O_RDWR
    cdef Fd *fd
    # memfd_create(2): a name has at most 249 bytes.
    cdef char text[7 + 249 + 1]
    if param_u32(event, FM_MEMFD_CREATE_X_flags, 0) & FM_memfd_create_flags_MFD_CLOEXEC:
        flags |= FM_file_flags_O_CLOEXEC
    fd = created(context, FD_MEMFD, flags)
    if fd != NULL and name.data != NULL:
        snprintf(text, sizeof(text), b"/memfd:%s", name.data)
        fd.name = text_new(text, <uint32_t>strlen(text))
        fd.name_raw = text_new(name.data, name.size)


cdef void on_pidfd_open(Context *context) noexcept nogil:
    cdef Fd *fd
    made(context, FD_PIDFD, FM_file_flags_O_CLOEXEC, b"anon_inode:[pidfd]")
    fd = context.fd
    # A number of the caller's pid namespace: on the host it is the process's.
    if fd != NULL and context.thread.vtid == context.thread.tid:
        fd.ino = <uint64_t>param_i64(context.event, FM_PIDFD_OPEN_X_pid, 0)


cdef void on_pidfd_getfd(Context *context) noexcept nogil:
    """The result is a copy of another process's descriptor."""
    cdef const Event *event = context.event
    cdef const Fd *pidfd = fds_find(
        context.thread.fds, param_i64(event, FM_PIDFD_GETFD_X_pid_fd, -1)
    )
    cdef int64_t pid = <int64_t>pidfd.ino if pidfd != NULL and pidfd.type == FD_PIDFD else 0
    cdef Fd *fd = created(context, FD_UNSUPPORTED, FM_file_flags_O_CLOEXEC)
    cdef Thread *owner
    cdef const Fd *original
    if fd == NULL or pid <= 0:
        return
    owner = threads_find(&context.tables.threads, pid)
    if owner == NULL:
        return
    original = fds_find(owner.fds, param_i64(event, FM_PIDFD_GETFD_X_target_fd, -1))
    if original != NULL and original != fd:
        fd_assign(fd, original)


cdef void on_bpf(Context *context) noexcept nogil:
    cdef uint32_t command = param_u32(context.event, FM_BPF_2_X_cmd, 0xFF)
    cdef uint32_t i
    # Of other commands the result is no descriptor.
    for i in range(<uint32_t>BPF_MAKER_COUNT):
        if BPF_MAKERS[i] == command:
            made(context, FD_BPF, FM_file_flags_O_CLOEXEC, b"anon_inode:bpf")
            return


# Pipes

cdef void on_pipe(Context *context) noexcept nogil:
    piped(context, 0)


cdef void on_pipe2(Context *context) noexcept nogil:
    piped(context, param_u32(context.event, FM_PIPE2_X_flags, 0))


cdef void piped(Context *context, uint32_t flags) noexcept nogil:
    """Two ends; the event's own is the second, as Falco has it. pipe and pipe2 begin alike."""
    cdef const Event *event = context.event
    cdef uint64_t ino = param_u64(event, FM_PIPE_X_ino, 0)
    cdef char text[32]
    cdef Text *name
    if param_i64(event, FM_PIPE_X_res, -1) != 0:
        return
    snprintf(text, sizeof(text), b"pipe:[%llu]", <unsigned long long>ino)
    name = text_new(text, <uint32_t>strlen(text))
    flags |= FM_file_flags_O_RDONLY
    pipe_end(context, param_i64(event, FM_PIPE_X_fd1, -1), flags, ino, name)
    flags ^= FM_file_flags_O_WRONLY | FM_file_flags_O_RDONLY
    pipe_end(context, param_i64(event, FM_PIPE_X_fd2, -1), flags, ino, name)
    text_release(name)


cdef void pipe_end(
    Context *context, int64_t number, uint32_t flags, uint64_t ino, Text *name
) noexcept nogil:
    cdef Fd *fd = created_at(context, number, FD_FIFO, flags)
    if fd != NULL:
        fd.ino = ino
        fd.name = text_share(name)


# Copies

cdef void on_dup(Context *context) noexcept nogil:
    copied(context, param_i64(context.event, FM_DUP_1_X_oldfd, -1), False)


cdef void on_dup2(Context *context) noexcept nogil:
    copied(context, param_i64(context.event, FM_DUP2_X_oldfd, -1), False)


cdef void on_dup3(Context *context) noexcept nogil:
    cdef uint32_t flags = param_u32(context.event, FM_DUP3_X_flags, 0)
    copied(
        context, param_i64(context.event, FM_DUP3_X_oldfd, -1),
        flags & FM_file_flags_O_CLOEXEC != 0,
    )


cdef void copied(Context *context, int64_t old, bint close_on_exec) noexcept nogil:
    """The call's result is a copy of *old* and becomes the event's own."""
    cdef int64_t number = param_i64(context.event, 0, -1)
    cdef FdTable *table = context.thread.fds
    cdef Fd *fd
    if number < 0:
        return
    if number != old:
        if fds_find(table, old) == NULL:
            # A copy of something unknown is unknown, too, whatever the number meant before.
            fds_remove(table, number)
        else:
            fd = tables_fd(context.tables, context.thread, number)
            if fd != NULL:
                fd_assign(fd, fds_find(table, old))
                fd.close_on_exec = close_on_exec
    context.fd_number = number
    context.fd = fds_find(table, number)


cdef void on_fcntl(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef uint8_t command = param_u8(event, FM_FCNTL_X_cmd, 0)
    if param_i64(event, FM_FCNTL_X_res, -1) < 0:
        return
    if command == FM_fcntl_commands_F_SETFD:
        if context.fd != NULL:
            # FD_CLOEXEC is 1 everywhere.
            context.fd.close_on_exec = param_u64(event, FM_FCNTL_X_arg, 0) & 1
    elif command == FM_fcntl_commands_F_DUPFD or command == FM_fcntl_commands_F_DUPFD_CLOEXEC:
        copied(context, context.fd_number, command == FM_fcntl_commands_F_DUPFD_CLOEXEC)


# Ends

cdef void on_close(Context *context) noexcept nogil:
    """Closed whatever the result is: after EBADF it was not open, after others it is not.

    Source: man 2 close, "Dealing with error returns".
    """
    if fds_take(context.thread.fds, context.fd_number, &context.tables.closed):
        context.fd = &context.tables.closed


cdef void on_close_range(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Thread *thread = context.thread
    cdef uint32_t first = param_u32(event, FM_CLOSE_RANGE_X_first, 1)
    cdef uint32_t last = param_u32(event, FM_CLOSE_RANGE_X_last, 0)
    cdef uint32_t flags = param_u32(event, FM_CLOSE_RANGE_X_flags, 0)
    if param_i64(event, FM_CLOSE_RANGE_X_res, -1) != 0:
        return
    if flags & FM_close_range_flags_CLOSE_RANGE_UNSHARE:
        unshare_files(thread)
    if flags & FM_close_range_flags_CLOSE_RANGE_CLOEXEC:
        fds_mark_range(thread.fds, first, last)
    else:
        fds_remove_range(thread.fds, first, last)


cdef void on_unshare(Context *context) noexcept nogil:
    if param_i64(context.event, FM_UNSHARE_X_res, -1) == 0:
        if param_u32(context.event, FM_UNSHARE_X_flags, 0) & FM_clone_flags_CLONE_FILES:
            unshare_files(context.thread)


cdef void unshare_files(Thread *thread) noexcept nogil:
    """Descriptors of its own, instead of those shared with other threads."""
    cdef FdTable *own
    if thread.fds != NULL and thread.fds.owners > 1:
        own = fds_copy(thread.fds)
        fds_release(thread.fds)
        thread.fds = own


cdef enum:
    BPF_MAKER_COUNT = 12

# Commands of bpf(2) whose result is a descriptor. Source: Linux kernel/bpf/syscall.c.
cdef uint32_t *BPF_MAKERS = [
    FM_bpf_commands_BPF_MAP_CREATE,
    FM_bpf_commands_BPF_PROG_LOAD,
    FM_bpf_commands_BPF_OBJ_GET,
    FM_bpf_commands_BPF_PROG_GET_FD_BY_ID,
    FM_bpf_commands_BPF_MAP_GET_FD_BY_ID,
    FM_bpf_commands_BPF_RAW_TRACEPOINT_OPEN,
    FM_bpf_commands_BPF_BTF_LOAD,
    FM_bpf_commands_BPF_BTF_GET_FD_BY_ID,
    FM_bpf_commands_BPF_LINK_CREATE,
    FM_bpf_commands_BPF_LINK_GET_FD_BY_ID,
    FM_bpf_commands_BPF_ENABLE_STATS,
    FM_bpf_commands_BPF_ITER_CREATE,
]

cdef UpdateRow *UPDATES = [
    UpdateRow(FM_OPEN_X, on_open),
    UpdateRow(FM_OPENAT_2_X, on_openat),
    UpdateRow(FM_OPENAT2_X, on_openat2),
    UpdateRow(FM_CREAT_X, on_creat),
    UpdateRow(FM_OPEN_BY_HANDLE_AT_X, on_open_by_handle_at),
    UpdateRow(FM_EVENTFD_X, on_eventfd),
    UpdateRow(FM_EVENTFD2_X, on_eventfd2),
    UpdateRow(FM_TIMERFD_CREATE_X, on_timerfd_create),
    UpdateRow(FM_SIGNALFD_X, on_signalfd),
    UpdateRow(FM_SIGNALFD4_X, on_signalfd4),
    UpdateRow(FM_INOTIFY_INIT_X, on_inotify_init),
    UpdateRow(FM_INOTIFY_INIT1_X, on_inotify_init1),
    UpdateRow(FM_EPOLL_CREATE_X, on_epoll_create),
    UpdateRow(FM_EPOLL_CREATE1_X, on_epoll_create1),
    UpdateRow(FM_USERFAULTFD_X, on_userfaultfd),
    UpdateRow(FM_IO_URING_SETUP_X, on_io_uring_setup),
    UpdateRow(FM_MEMFD_CREATE_X, on_memfd_create),
    UpdateRow(FM_PIDFD_OPEN_X, on_pidfd_open),
    UpdateRow(FM_PIDFD_GETFD_X, on_pidfd_getfd),
    UpdateRow(FM_BPF_2_X, on_bpf),
    UpdateRow(FM_PIPE_X, on_pipe),
    UpdateRow(FM_PIPE2_X, on_pipe2),
    UpdateRow(FM_DUP_1_X, on_dup),
    UpdateRow(FM_DUP2_X, on_dup2),
    UpdateRow(FM_DUP3_X, on_dup3),
    UpdateRow(FM_FCNTL_X, on_fcntl),
    UpdateRow(FM_CLOSE_X, on_close),
    UpdateRow(FM_CLOSE_RANGE_X, on_close_range),
    UpdateRow(FM_UNSHARE_X, on_unshare),
    UpdateRow(0, NULL),
]

# SPDX-License-Identifier: Apache-2.0
"""fd.*: the descriptor that the event is about; the ends of a connection are in ends.pyx."""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport strcmp, strlen

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.params cimport param_i64
from falcomod.engine.fields.descriptor cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.parameter cimport put_path, put_plain
from falcomod.engine.fields.writer cimport (
    Writer, put, put_char, put_signed, put_text, writer_finish, writer_init,
)
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport *
from falcomod.engine.state.threads cimport Thread
from falcomod.engine.types cimport Arg, Str, Value, arena_take

cdef enum:
    TYPES_MAX = 64               # more than there are types of descriptors


begin_class("fd", "Descriptors", "The file, socket or other descriptor that the call is about.", ("syscall",))


cdef int fd_num(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, context.fd_number) if _is_about_fd(context) else 0
bind("fd.num", FM_PT_INT64, 0, ARG_NONE, fd_num,
     "number of the descriptor; -1 where the call has made none, or none yet")


cdef int fd_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_word(out, type_word(context.fd.type) if context.fd is not NULL else NULL)
bind("fd.type", FM_PT_CHARBUF, 0, ARG_NONE, fd_type,
     "what it is: file, directory, ipv4, ipv6, unix, pipe, event, signalfd, eventpoll, inotify, memfd …")


cdef int fd_types(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const FdTable *table
    cdef Str *items
    cdef uint64_t seen = 0
    cdef const Fd *fd
    cdef uint32_t at
    if context.thread is NULL or context.thread.fds is NULL:
        return 0
    table = context.thread.fds
    # Each type once: there are never more than TYPES_MAX.
    items = <Str *>arena_take(context.arena, TYPES_MAX * sizeof(Str))
    if items is NULL:
        with gil:
            raise MemoryError
    out.items = items
    out.number = 0
    if arg.is_index:
        fd = fds_find(table, arg.index)
        return _add_type(fd, items, out, &seen) if fd is not NULL else 0
    for at in range(table.capacity):
        if table.slots[at].number >= 0:
            _add_type(&table.slots[at], items, out, &seen)
    return out.number != 0
bind("fd.types", FM_PT_CHARBUF, FIELD_LIST | FIELD_INDEX | FIELD_NO_RHS, ARG_OPTIONAL, fd_types,
     "fd.type of all descriptors of the process, each once, or of one by its number: fd.types[0]")


cdef bint _add_type(const Fd *fd, Str *items, Value *out, uint64_t *seen) noexcept nogil:
    cdef const char *word = type_word(fd.type)
    # Two types may share a word, as the two kinds of "ipv4" do.
    cdef int64_t at
    if word is NULL or seen[0] >> fd.type & 1:
        return 0
    seen[0] |= <uint64_t>1 << fd.type
    for at in range(out.number):
        if strcmp(items[at].data, word) == 0:
            return 0
    items[out.number].data = word
    items[out.number].size = <uint32_t>strlen(word)
    out.number += 1
    return 1


cdef int fd_typechar(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.fd is NULL and not _is_about_fd(context):
        return 0
    writer_init(&writer, context.arena)
    put_char(
        &writer,
        type_char(context.fd.type) if context.fd is not NULL else _made_char(context.event.code | 1),
    )
    return writer_finish(&writer, out)
bind("fd.typechar", FM_PT_CHARBUF, 0, ARG_NONE, fd_typechar,
     "fd.type in one character: f, d, 4, 6, u, p …; where there is no descriptor, what the call makes, or o")


cdef int fd_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    writer_init(&writer, context.arena)
    return writer_finish(&writer, out) if _put_name(&writer, context) else 0
bind("fd.name", FM_PT_CHARBUF, 0, ARG_NONE, fd_name,
     "path of a file or unix socket, addresses of a connection; also of a failed open; empty if unknown")


cdef int fd_nameraw(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_text(out, context.fd.name_raw if context.fd is not NULL else NULL)
bind("fd.nameraw", FM_PT_CHARBUF, 0, ARG_NONE, fd_nameraw, "path as the call was given it")


cdef int fd_directory(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t size
    if not _file_name(context, out):
        return 0
    if context.fd is not NULL and context.fd.type == FD_DIRECTORY:
        return 1
    size = _slash(out)
    if size == 0:
        return 0
    # "/" for what is in the root, else without the last slash.
    out.text.size = size if size == 1 else size - 1
    return 1
bind("fd.directory", FM_PT_CHARBUF, 0, ARG_NONE, fd_directory,
     "directory that a file is in; of a directory, itself")


cdef int fd_filename(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t size
    if context.fd is NULL or context.fd.type == FD_DIRECTORY or not _file_name(context, out):
        return 0
    size = _slash(out)
    out.text.data += size
    out.text.size -= size
    return 1
bind("fd.filename", FM_PT_CHARBUF, 0, ARG_NONE, fd_filename,
     "name of a file in its directory; none of a directory, nor where opening failed")


cdef int fd_uid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.fd_number < 0:
        return 0
    writer_init(&writer, context.arena)
    put_signed(&writer, context.event.tid)
    put_signed(&writer, context.fd_number)
    return writer_finish(&writer, out)
bind("fd.uid", FM_PT_CHARBUF, 0, ARG_NONE, fd_uid, "thread and descriptor in one word")


cdef inline void _put_container(Writer *writer, const Thread *thread) noexcept nogil:
    if thread.container is not NULL:
        put_text(writer, thread.container.id)


cdef int fd_containername(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.thread is NULL:
        return 0
    writer_init(&writer, context.arena)
    _put_container(&writer, context.thread)
    put_char(&writer, c':')
    return writer_finish(&writer, out) if _put_name(&writer, context) else 0
bind("fd.containername", FM_PT_CHARBUF, 0, ARG_NONE, fd_containername, "container.id:fd.name; nothing before the : on the host")


cdef int fd_containerdirectory(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.thread is NULL or not fd_directory(context, arg, out):
        return 0
    writer_init(&writer, context.arena)
    _put_container(&writer, context.thread)
    put_char(&writer, c':')
    put(&writer, out.text.data, out.text.size)
    return writer_finish(&writer, out)
bind("fd.containerdirectory", FM_PT_CHARBUF, 0, ARG_NONE, fd_containerdirectory, "container.id:fd.directory")


# Sockets

cdef int fd_l4proto(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_word(out, l4proto_word(l4proto_of(context.fd)) if context.fd is not NULL else NULL)
bind("fd.l4proto", FM_PT_CHARBUF, 0, ARG_NONE, fd_l4proto,
     "tcp, udp, icmp or raw; none before it is known who is client and server")


cdef int fd_sockfamily(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.fd is NULL:
        return 0
    if is_ip(context.fd):
        return give_word(out, b"ip")
    return give_word(out, b"unix") if context.fd.type == FD_UNIX_SOCK else 0
bind("fd.sockfamily", FM_PT_CHARBUF, 0, ARG_NONE, fd_sockfamily, "ip or unix")


cdef int fd_is_server(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.fd is NULL:
        return 0
    return give_number(out, context.fd.role == ROLE_SERVER or is_server(context.fd))
bind("fd.is_server", FM_PT_BOOL, 0, ARG_NONE, fd_is_server, "whether the process is the server's end")


cdef int fd_connected(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.fd is NULL:
        return 0
    return give_number(out, context.fd.is_connected)
bind("fd.connected", FM_PT_BOOL, 0, ARG_NONE, fd_connected, "whether a socket is connected")


cdef int fd_name_changed(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.fd is NULL:
        return 0
    return give_number(out, context.tables.is_fd_renamed)
bind("fd.name_changed", FM_PT_BOOL, 0, ARG_NONE, fd_name_changed,
     "whether this call changed fd.name: that of a UDP socket follows its traffic")


# Files

cdef int fd_dev(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, context.fd.dev) if _has_dev(context) else 0
bind("fd.dev", FM_PT_INT32, FIELD_HEX, ARG_NONE, fd_dev, "number of the device that a file is on")


cdef int fd_dev_major(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, context.fd.dev >> 8 & 0xFFF) if _has_dev(context) else 0
bind("fd.dev.major", FM_PT_INT32, 0, ARG_NONE, fd_dev_major, "its major number")


cdef int fd_dev_minor(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if not _has_dev(context):
        return 0
    # new_encode_dev() of include/linux/kdev_t.h: minor 7:0 low, 19:8 above the major.
    return give_number(out, (context.fd.dev & 0xFF) | (context.fd.dev >> 12 & 0xFFF00))
bind("fd.dev.minor", FM_PT_INT32, 0, ARG_NONE, fd_dev_minor, "its minor number")


cdef int fd_ino(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.fd is NULL or context.fd.ino == 0:
        return 0
    return give_number(out, <int64_t>context.fd.ino)
bind("fd.ino", FM_PT_INT64, 0, ARG_NONE, fd_ino, "number of the inode")


cdef int fd_is_upper_layer(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _layer(context, FM_file_flags_FD_UPPER_LAYER, out)
bind("fd.is_upper_layer", FM_PT_BOOL, 0, ARG_NONE, fd_is_upper_layer,
     "whether a file is in the upper layer of an overlay: not part of a container's image")


cdef int fd_is_lower_layer(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _layer(context, FM_file_flags_FD_LOWER_LAYER, out)
bind("fd.is_lower_layer", FM_PT_BOOL, 0, ARG_NONE, fd_is_lower_layer,
     "whether a file is in a lower layer of an overlay: part of a container's image")


# Names

cdef bint _is_about_fd(Context *context) noexcept nogil:
    return context.thread is not NULL and context.event.info.flags & (
        FM_EF_CREATES_FD | FM_EF_USES_FD | FM_EF_DESTROYS_FD
    ) != 0


cdef bint _put_name(Writer *writer, Context *context) noexcept nogil:
    """Puts nothing, and returns 1, where a call has ended and its descriptor has no known name."""
    cdef int path
    if _is_failed_connect(context) and put_plain(writer, context, FM_CONNECT_X_tuple):
        return 1
    if context.fd is not NULL:
        put_fd_name(writer, context.fd)
        return 1
    if not context.event.code & 1:
        # Before a call: its end tells, and is an event of its own.
        return 0
    path = _opened_path(context)
    return path >= 0 and put_path(writer, context, <uint32_t>path) or _is_about_fd(context)


cdef bint _is_failed_connect(Context *context) noexcept nogil:
    return context.event.code == FM_CONNECT_X and param_i64(context.event, FM_CONNECT_X_res, 0) < 0


cdef char _made_char(int code) noexcept nogil:
    """fd.typechar of what a call makes that has not made it; code: that of its end."""
    if code in (FM_OPEN_X, FM_OPENAT_2_X, FM_OPENAT2_X, FM_CREAT_X):
        return c'f'
    if code in (FM_SOCKET_X, FM_ACCEPT_5_X, FM_ACCEPT4_6_X):
        # Of which family is not asked.
        return c'4'
    if code in (FM_PIPE_X, FM_PIPE2_X):
        return c'p'
    if code in (FM_EVENTFD_X, FM_EVENTFD2_X):
        return c'e'
    if code in (FM_SIGNALFD_X, FM_SIGNALFD4_X):
        return c's'
    if code in (FM_INOTIFY_INIT_X, FM_INOTIFY_INIT1_X):
        return c'i'
    return c't' if code == FM_TIMERFD_CREATE_X else c'o'


cdef int _opened_path(Context *context) noexcept nogil:
    """The parameter that holds the path of an open that made no descriptor; -1: no such call."""
    if param_i64(context.event, 0, 0) >= 0:
        return -1
    if context.event.code == FM_OPEN_X:
        return FM_OPEN_X_name
    if context.event.code == FM_OPENAT_2_X:
        return FM_OPENAT_2_X_name
    if context.event.code == FM_OPENAT2_X:
        return FM_OPENAT2_X_name
    if context.event.code == FM_CREAT_X:
        return FM_CREAT_X_name
    return FM_OPEN_BY_HANDLE_AT_X_path if context.event.code == FM_OPEN_BY_HANDLE_AT_X else -1


cdef int _file_name(Context *context, Value *out) except -1 nogil:
    if context.fd is not NULL and context.fd.type not in (FD_FILE, FD_FILE_V2, FD_DIRECTORY):
        return 0
    return fd_name(context, NULL, out)


cdef uint32_t _slash(const Value *path) noexcept nogil:
    """Size of a path up to its last slash, that counted; 0: there is none."""
    cdef uint32_t size = path.text.size
    while size and path.text.data[size - 1] != c'/':
        size -= 1
    return size


cdef bint _has_dev(Context *context) noexcept nogil:
    return context.fd is not NULL and context.fd.dev != 0


cdef int _layer(Context *context, uint32_t flag, Value *out) noexcept nogil:
    if context.fd is NULL or context.fd.type not in (FD_FILE, FD_FILE_V2, FD_DIRECTORY):
        return 0
    return give_number(out, context.fd.open_flags & flag != 0)

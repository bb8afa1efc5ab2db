# SPDX-License-Identifier: Apache-2.0
"""fdlist.*: the descriptors that a poll waits for, joined by commas."""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_present
from falcomod.engine.decode.reader cimport Reader, reader_u16, reader_u64
from falcomod.engine.fields.descriptor cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.writer cimport (
    Writer, put_char, put_signed, put_text, put_unsigned, writer_finish, writer_init,
)
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport Fd, fds_find
from falcomod.engine.types cimport Arg, Value

# Writes what is asked of one descriptor, NULL: not known; 0: nothing, not even a comma.
ctypedef bint (*Put)(Writer *writer, int64_t number, const Fd *fd) noexcept nogil


begin_class("fdlist", "Descriptors of a poll", "The descriptors that a call waits for.", ("syscall",))


cdef int fdlist_nums(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, _put_number, out)
bind("fdlist.nums", FM_PT_CHARBUF, 0, ARG_NONE, fdlist_nums, "numbers of the descriptors that a poll waits for")


cdef int fdlist_names(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, _put_name, out)
bind("fdlist.names", FM_PT_CHARBUF, 0, ARG_NONE, fdlist_names,
     "fd.name of each descriptor that a poll waits for; <NA> where there is none")


cdef int fdlist_cips(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, _put_client_ip, out)
bind("fdlist.cips", FM_PT_CHARBUF, 0, ARG_NONE, fdlist_cips, "client addresses of the sockets among them")


cdef int fdlist_sips(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, _put_server_ip, out)
bind("fdlist.sips", FM_PT_CHARBUF, 0, ARG_NONE, fdlist_sips, "server addresses of the sockets among them")


cdef int fdlist_cports(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, _put_client_port, out)
bind("fdlist.cports", FM_PT_CHARBUF, 0, ARG_NONE, fdlist_cports, "client ports of the sockets among them")


cdef int fdlist_sports(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _join(context, _put_server_port, out)
bind("fdlist.sports", FM_PT_CHARBUF, 0, ARG_NONE, fdlist_sports, "server ports of the sockets among them")


cdef int _join(Context *context, Put put_one, Value *out) except -1 nogil:
    cdef Writer writer
    cdef Reader reader
    cdef uint16_t count
    cdef uint16_t flags
    cdef uint64_t number
    cdef uint32_t size
    cdef const Fd *fd
    if context.thread is NULL or not _list(context.event, &reader) or not reader_u16(&reader, &count):
        return 0
    writer_init(&writer, context.arena)
    while count and reader_u64(&reader, &number) and reader_u16(&reader, &flags):
        count -= 1
        fd = fds_find(context.thread.fds, <int64_t>number)
        size = writer.size
        if size:
            put_char(&writer, c',')
        if not put_one(&writer, <int64_t>number, fd):
            writer.size = size
    return writer_finish(&writer, out) if writer.size else 0


cdef bint _list(const Event *event, Reader *reader) noexcept nogil:
    """The parameter with the descriptors: 1, or 0 for other events."""
    cdef uint32_t index
    for index in range(event.nparams):
        if event.info.params[index].type == FM_PT_FDLIST and param_present(event, index):
            reader.position = event.param[index]
            reader.end = event.param[index] + event.param_size[index]
            return 1
    return 0


cdef bint _put_number(Writer *writer, int64_t number, const Fd *fd) noexcept nogil:
    put_signed(writer, number)
    return 1


cdef bint _put_name(Writer *writer, int64_t number, const Fd *fd) noexcept nogil:
    if fd is NULL or not put_fd_name(writer, fd):
        put_text(writer, b"<NA>")
    return 1


cdef bint _put_client_ip(Writer *writer, int64_t number, const Fd *fd) noexcept nogil:
    if fd is NULL or not is_ip(fd) or is_listening(fd):
        return 0
    put_ip(writer, fd.source, 4 if is_ipv4(fd) else 16)
    return 1


cdef bint _put_server_ip(Writer *writer, int64_t number, const Fd *fd) noexcept nogil:
    if fd is NULL or not is_ip(fd):
        return 0
    put_ip(writer, fd.dest, 4 if is_ipv4(fd) else 16)
    return 1


cdef bint _put_client_port(Writer *writer, int64_t number, const Fd *fd) noexcept nogil:
    if fd is NULL or not is_ip(fd) or is_listening(fd):
        return 0
    put_unsigned(writer, fd.source_port, 10, 0)
    return 1


cdef bint _put_server_port(Writer *writer, int64_t number, const Fd *fd) noexcept nogil:
    if fd is NULL or not is_ip(fd):
        return 0
    put_unsigned(writer, fd.dest_port, 10, 0)
    return 1

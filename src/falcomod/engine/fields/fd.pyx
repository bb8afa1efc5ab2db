# SPDX-License-Identifier: Apache-2.0
"""fd.* and proc.stdin.*: the descriptor that the event is about, and the standard ones.

Which end of a connection is the client's is known by who connected and who
accepted; where it is not, fields of a role have no value.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.params cimport param_i64
from falcomod.engine.fields.descriptor cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.names cimport service_name
from falcomod.engine.fields.names import load_services
from falcomod.engine.fields.parameter cimport put_path
from falcomod.engine.fields.writer cimport (
    Writer, put, put_char, put_signed, put_text, writer_finish, writer_init,
)
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport *
from falcomod.engine.types cimport Arg, Value

# Which end of a connection a field is about.
cdef enum End:
    END_CLIENT
    END_SERVER
    END_LOCAL
    END_REMOTE


begin_class("fd", "Descriptors", "The file, socket or other descriptor that the call is about.", ("syscall",))


cdef int fd_num(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_number(out, context.fd_number) if context.fd_number >= 0 else 0
bind("fd.num", FM_PT_INT64, 0, ARG_NONE, fd_num, "number of the descriptor")


cdef int fd_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_word(out, type_word(context.fd.type) if context.fd is not NULL else NULL)
bind("fd.type", FM_PT_CHARBUF, 0, ARG_NONE, fd_type,
     "what it is: file, directory, ipv4, ipv6, unix, pipe, event, signalfd, eventpoll, inotify, memfd …")


cdef int fd_typechar(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.fd is NULL:
        return 0
    writer_init(&writer, context.arena)
    put_char(&writer, type_char(context.fd.type))
    return writer_finish(&writer, out)
bind("fd.typechar", FM_PT_CHARBUF, 0, ARG_NONE, fd_typechar, "fd.type in one character: f, d, 4, 6, u, p …")


cdef int fd_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    writer_init(&writer, context.arena)
    return writer_finish(&writer, out) if _put_name(&writer, context) else 0
bind("fd.name", FM_PT_CHARBUF, 0, ARG_NONE, fd_name,
     "path of a file or unix socket, addresses of a connection; of an open that failed, its path")


cdef int fd_nameraw(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_text(out, context.fd.name_raw if context.fd is not NULL else NULL)
bind("fd.nameraw", FM_PT_CHARBUF, 0, ARG_NONE, fd_nameraw, "path as the call was given it")


cdef int fd_directory(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t size
    if not _file_name(context, out):
        return 0
    size = _slash(out)
    if size == 0:
        return 0
    # "/" for what is in the root, else without the last slash.
    out.text.size = size if size == 1 else size - 1
    return 1
bind("fd.directory", FM_PT_CHARBUF, 0, ARG_NONE, fd_directory, "directory that a file is in")


cdef int fd_filename(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef uint32_t size
    if not _file_name(context, out):
        return 0
    size = _slash(out)
    out.text.data += size
    out.text.size -= size
    return 1
bind("fd.filename", FM_PT_CHARBUF, 0, ARG_NONE, fd_filename, "name of a file in its directory")


cdef int fd_uid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.fd_number < 0:
        return 0
    writer_init(&writer, context.arena)
    put_signed(&writer, context.event.tid)
    put_signed(&writer, context.fd_number)
    return writer_finish(&writer, out)
bind("fd.uid", FM_PT_CHARBUF, 0, ARG_NONE, fd_uid, "thread and descriptor in one word")


cdef int fd_containername(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.thread is NULL:
        return 0
    writer_init(&writer, context.arena)
    put_text(&writer, context.thread.container_id)
    put_char(&writer, c':')
    return writer_finish(&writer, out) if _put_name(&writer, context) else 0
bind("fd.containername", FM_PT_CHARBUF, 0, ARG_NONE, fd_containername, "container.id:fd.name; nothing before the : on the host")


cdef int fd_containerdirectory(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef Writer writer
    if context.thread is NULL or not fd_directory(context, arg, out):
        return 0
    writer_init(&writer, context.arena)
    put_text(&writer, context.thread.container_id)
    put_char(&writer, c':')
    put(&writer, out.text.data, out.text.size)
    return writer_finish(&writer, out)
bind("fd.containerdirectory", FM_PT_CHARBUF, 0, ARG_NONE, fd_containerdirectory, "container.id:fd.directory")


# Addresses

cdef int fd_ip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _either_ip(context, out)
bind("fd.ip", FM_PT_IPADDR, FIELD_ANY | FIELD_ENDS | FIELD_FILTER_ONLY, ARG_NONE, fd_ip,
     "address of either end")


cdef int fd_cip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_CLIENT, out)
bind("fd.cip", FM_PT_IPADDR, 0, ARG_NONE, fd_cip, "address of the client")


cdef int fd_sip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_SERVER, out)
bind("fd.sip", FM_PT_IPADDR, 0, ARG_NONE, fd_sip, "address of the server")


cdef int fd_lip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_LOCAL, out)
bind("fd.lip", FM_PT_IPADDR, 0, ARG_NONE, fd_lip, "address of this end")


cdef int fd_rip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_REMOTE, out)
bind("fd.rip", FM_PT_IPADDR, 0, ARG_NONE, fd_rip, "address of the other end")


cdef int fd_net(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _either_ip(context, out)
bind("fd.net", FM_PT_IPNET, FIELD_ANY | FIELD_ENDS | FIELD_FILTER_ONLY, ARG_NONE, fd_net,
     "network of either end")


cdef int fd_cnet(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_CLIENT, out)
bind("fd.cnet", FM_PT_IPNET, FIELD_FILTER_ONLY, ARG_NONE, fd_cnet, "network of the client")


cdef int fd_snet(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_SERVER, out)
bind("fd.snet", FM_PT_IPNET, FIELD_FILTER_ONLY, ARG_NONE, fd_snet, "network of the server")


cdef int fd_lnet(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_LOCAL, out)
bind("fd.lnet", FM_PT_IPNET, FIELD_FILTER_ONLY, ARG_NONE, fd_lnet, "network of this end")


cdef int fd_rnet(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_REMOTE, out)
bind("fd.rnet", FM_PT_IPNET, FIELD_FILTER_ONLY, ARG_NONE, fd_rnet, "network of the other end")


# Ports

cdef int fd_port(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Fd *fd = context.fd
    if fd is NULL or not is_ip(fd) or out.number > 1:
        return 0
    if is_listening(fd) or _is_unset(fd, 0):
        return give_number(out, fd.dest_port) if out.number == 0 and not _is_unset(fd, 1) else 0
    if out.number == 1 and _is_unset(fd, 1):
        return 0
    return give_number(out, fd.source_port if out.number == 0 else fd.dest_port)
bind("fd.port", FM_PT_PORT, FIELD_ANY | FIELD_ENDS | FIELD_FILTER_ONLY, ARG_NONE, fd_port,
     "port of either end")


cdef int fd_cport(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _port(context, END_CLIENT, out)
bind("fd.cport", FM_PT_PORT, 0, ARG_NONE, fd_cport, "port of the client")


cdef int fd_sport(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _port(context, END_SERVER, out)
bind("fd.sport", FM_PT_PORT, 0, ARG_NONE, fd_sport, "port of the server")


cdef int fd_lport(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _port(context, END_LOCAL, out)
bind("fd.lport", FM_PT_PORT, 0, ARG_NONE, fd_lport, "port of this end")


cdef int fd_rport(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _port(context, END_REMOTE, out)
bind("fd.rport", FM_PT_PORT, 0, ARG_NONE, fd_rport, "port of the other end")


# Services: the names of ports

cdef int fd_proto(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return fd_port(context, arg, out)
bind("fd.proto", FM_PT_PORT, FIELD_ANY | FIELD_ENDS | FIELD_FILTER_ONLY, ARG_NONE, fd_proto,
     "service of either end, compared by its port")


cdef int fd_cproto(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _service(context, END_CLIENT, out)
bind("fd.cproto", FM_PT_CHARBUF, 0, ARG_NONE, fd_cproto,
     "name of the client's port by /etc/services, or its number")


cdef int fd_sproto(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _service(context, END_SERVER, out)
bind("fd.sproto", FM_PT_CHARBUF, 0, ARG_NONE, fd_sproto,
     "name of the server's port by /etc/services, or its number")


cdef int fd_lproto(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _service(context, END_LOCAL, out)
bind("fd.lproto", FM_PT_CHARBUF, 0, ARG_NONE, fd_lproto,
     "name of this end's port by /etc/services, or its number")


cdef int fd_rproto(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _service(context, END_REMOTE, out)
bind("fd.rproto", FM_PT_CHARBUF, 0, ARG_NONE, fd_rproto,
     "name of the other end's port by /etc/services, or its number")


# Sockets

cdef int fd_l4proto(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_word(out, l4proto_word(context.fd.l4proto) if context.fd is not NULL else NULL)
bind("fd.l4proto", FM_PT_CHARBUF, 0, ARG_NONE, fd_l4proto, "tcp, udp, icmp or raw")


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
    return give_number(out, is_listening(context.fd) or context.fd.role == ROLE_SERVER)
bind("fd.is_server", FM_PT_BOOL, 0, ARG_NONE, fd_is_server, "whether the process is the server's end")


cdef int fd_connected(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.fd is NULL:
        return 0
    return give_number(out, context.fd.is_connected)
bind("fd.connected", FM_PT_BOOL, 0, ARG_NONE, fd_connected, "whether a socket is connected")


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


# The standard descriptors

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


# Names

cdef bint _put_name(Writer *writer, Context *context) noexcept nogil:
    if context.fd is not NULL:
        return put_fd_name(writer, context.fd)
    return _opened_path(context) >= 0 and put_path(writer, context, <uint32_t>_opened_path(context))


cdef int _opened_path(Context *context) noexcept nogil:
    """The parameter that holds the path of an open that made no descriptor; -1: no such call."""
    if context.event.code & 1 and param_i64(context.event, 0, 0) >= 0:
        return -1
    if context.event.code == FM_OPEN_X:
        return FM_OPEN_X_name
    if context.event.code == FM_OPENAT_2_X:
        return FM_OPENAT_2_X_name
    if context.event.code == FM_OPENAT2_X:
        return FM_OPENAT2_X_name
    if context.event.code == FM_CREAT_X:
        return FM_CREAT_X_name
    if context.event.code == FM_OPEN_BY_HANDLE_AT_X:
        return FM_OPEN_BY_HANDLE_AT_X_path
    if context.event.code == FM_OPEN_E:
        return FM_OPEN_E_name
    if context.event.code == FM_OPENAT_2_E:
        return FM_OPENAT_2_E_name
    if context.event.code == FM_OPENAT2_E:
        return FM_OPENAT2_E_name
    return FM_CREAT_E_name if context.event.code == FM_CREAT_E else -1


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


cdef int _standard_type(Context *context, int number, Value *out) noexcept nogil:
    cdef const Fd *fd = fds_find(context.thread.fds, number) if context.thread is not NULL else NULL
    return give_word(out, type_word(fd.type) if fd is not NULL else NULL)


cdef int _standard_name(Context *context, int number, Value *out) except -1 nogil:
    cdef const Fd *fd = fds_find(context.thread.fds, number) if context.thread is not NULL else NULL
    cdef Writer writer
    writer_init(&writer, context.arena)
    return writer_finish(&writer, out) if fd is not NULL and put_fd_name(&writer, fd) else 0


# Ends of connections

cdef bint _is_dest(const Fd *fd, End end, bint *out) noexcept nogil:
    """Whether an end is the destination: 1, or 0 where it is not known who is who."""
    if is_listening(fd):
        out[0] = 1
        return end == END_SERVER or end == END_LOCAL
    if fd.role == ROLE_NONE:
        return 0
    if end == END_CLIENT or end == END_SERVER:
        out[0] = end == END_SERVER
    else:
        out[0] = (end == END_LOCAL) == (fd.role == ROLE_SERVER)
    return 1


cdef bint _is_unset(const Fd *fd, bint is_dest) noexcept nogil:
    """Whether an end has neither address nor port: nobody has said yet."""
    cdef uint8_t any = 0
    cdef int at
    if (fd.dest_port if is_dest else fd.source_port) != 0:
        return 0
    for at in range(16):
        any |= fd.dest[at] if is_dest else fd.source[at]
    return any == 0


cdef int _give_ip(Fd *fd, bint is_dest, Value *out) noexcept nogil:
    if _is_unset(fd, is_dest):
        return 0
    out.text.data = <const char *>(&fd.dest[0] if is_dest else &fd.source[0])
    out.text.size = 4 if is_ipv4(fd) else 16
    return 1


cdef int _ip(Context *context, End end, Value *out) noexcept nogil:
    cdef Fd *fd = context.fd
    cdef bint is_dest
    if fd is NULL or not is_ip(fd) or not _is_dest(fd, end, &is_dest):
        return 0
    return _give_ip(fd, is_dest, out)


cdef int _either_ip(Context *context, Value *out) noexcept nogil:
    cdef Fd *fd = context.fd
    if fd is NULL or not is_ip(fd) or out.number > 1:
        return 0
    if is_listening(fd) or _is_unset(fd, 0):
        return _give_ip(fd, 1, out) if out.number == 0 else 0
    return _give_ip(fd, out.number == 1, out)


cdef int _port(Context *context, End end, Value *out) noexcept nogil:
    cdef const Fd *fd = context.fd
    cdef bint is_dest
    if fd is NULL or not is_ip(fd) or not _is_dest(fd, end, &is_dest) or _is_unset(fd, is_dest):
        return 0
    return give_number(out, fd.dest_port if is_dest else fd.source_port)


cdef int _service(Context *context, End end, Value *out) except -1 nogil:
    cdef const char *name
    cdef Writer writer
    if not _port(context, end, out):
        return 0
    name = service_name(<uint16_t>out.number, context.fd.l4proto == L4PROTO_UDP)
    if name is not NULL:
        return give_word(out, name)
    writer_init(&writer, context.arena)
    put_signed(&writer, out.number)
    return writer_finish(&writer, out)


def _load_services(ref) -> None:
    """Once, and only where rules ask for names of ports at all."""
    global _services_loaded
    if not _services_loaded:
        _services_loaded = True
        load_services()


cdef bint _has_dev(Context *context) noexcept nogil:
    return context.fd is not NULL and context.fd.dev != 0


cdef int _layer(Context *context, uint32_t flag, Value *out) noexcept nogil:
    if context.fd is NULL or context.fd.type not in (FD_FILE, FD_FILE_V2, FD_DIRECTORY):
        return 0
    return give_number(out, context.fd.open_flags & flag != 0)


_services_loaded = False

on_reference("fd.cproto", _load_services)
on_reference("fd.sproto", _load_services)
on_reference("fd.lproto", _load_services)
on_reference("fd.rproto", _load_services)

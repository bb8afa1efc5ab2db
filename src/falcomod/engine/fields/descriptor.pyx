# SPDX-License-Identifier: Apache-2.0
"""What a descriptor is called, in words, in one letter and by name.

fd.* and proc.stdin.* show it, and so do arguments that are descriptors.
"""

from libc.stdint cimport uint64_t
from libc.string cimport memcpy

from falcomod.engine.fields.writer cimport put, put_char, put_pointer, put_text, put_unsigned
from falcomod.engine.state.fds cimport *

cdef extern from "<arpa/inet.h>" nogil:
    enum:
        AF_INET, AF_INET6, INET6_ADDRSTRLEN
    const char *inet_ntop(int family, const void *source, char *out, uint32_t size)

cdef enum:
    TYPES_MAX = 22               # one more than the highest FdType
    L4PROTOS_MAX = 6

cdef struct TypeRow:
    const char *word
    char letter


cdef const char *type_word(uint8_t type) noexcept nogil:
    return TYPES[type].word if type < TYPES_MAX else NULL


cdef char type_char(uint8_t type) noexcept nogil:
    return TYPES[type].letter if type < TYPES_MAX else c'o'


cdef const char *l4proto_word(uint8_t l4proto) noexcept nogil:
    return L4PROTOS[l4proto] if l4proto < L4PROTOS_MAX else NULL


cdef bint put_fd_name(Writer *writer, const Fd *fd) noexcept nogil:
    cdef uint32_t size = 4 if is_ipv4(fd) else 16
    if is_listening(fd):
        put_endpoint(writer, fd.dest, size, fd.dest_port)
        return 1
    if is_ip(fd):
        if fd.source_port == 0 and fd.dest_port == 0:
            return 0
        put_endpoint(writer, fd.source, size, fd.source_port)
        put(writer, b"->", 2)
        put_endpoint(writer, fd.dest, size, fd.dest_port)
        return 1
    if fd.type == FD_UNIX_SOCK and _put_pointers(writer, fd):
        if fd.name is not NULL and fd.name.size:
            put_char(writer, c' ')
            put(writer, fd.name.data, fd.name.size)
        return 1
    if fd.name is NULL or fd.name.size == 0:
        return 0
    put(writer, fd.name.data, fd.name.size)
    return 1


cdef bint _put_pointers(Writer *writer, const Fd *fd) noexcept nogil:
    """The kernel's addresses of both ends of a unix socket, where they are known."""
    cdef uint64_t source
    cdef uint64_t dest
    memcpy(&source, fd.source, sizeof(source))
    memcpy(&dest, fd.dest, sizeof(dest))
    if source == 0 and dest == 0:
        return 0
    put_pointer(writer, source)
    put(writer, b"->", 2)
    put_pointer(writer, dest)
    return 1


cdef void put_fd(Writer *writer, const Fd *fd) noexcept nogil:
    put_char(writer, c'<')
    put_char(writer, type_char(fd.type))
    if is_ip(fd) and l4proto_of(fd) in (L4PROTO_TCP, L4PROTO_UDP):
        put_char(writer, c't' if fd.l4proto == L4PROTO_TCP else c'u')
    put_char(writer, c'>')
    put_fd_name(writer, fd)


cdef void put_ip(Writer *writer, const uint8_t *ip, uint32_t size) noexcept nogil:
    cdef char text[INET6_ADDRSTRLEN]
    if inet_ntop(AF_INET if size == 4 else AF_INET6, ip, text, sizeof(text)) is not NULL:
        put_text(writer, text)


cdef void put_endpoint(Writer *writer, const uint8_t *ip, uint32_t size, uint16_t port) noexcept nogil:
    put_ip(writer, ip, size)
    put_char(writer, c':')
    put_unsigned(writer, port, 10, 0)


# By FdType.
cdef TypeRow *TYPES = [
    TypeRow(NULL, c'o'),
    TypeRow(b"file", c'f'),
    TypeRow(b"directory", c'd'),
    TypeRow(b"ipv4", c'4'),
    TypeRow(b"ipv6", c'6'),
    TypeRow(b"ipv4", c'4'),
    TypeRow(b"ipv6", c'6'),
    TypeRow(b"pipe", c'p'),
    TypeRow(b"unix", c'u'),
    TypeRow(b"event", c'e'),
    TypeRow(b"unsupported", c'X'),
    TypeRow(b"signalfd", c's'),
    TypeRow(b"eventpoll", c'l'),
    TypeRow(b"inotify", c'i'),
    TypeRow(b"timerfd", c't'),
    TypeRow(b"netlink", c'n'),
    TypeRow(b"file", c'f'),
    TypeRow(b"bpf", c'b'),
    TypeRow(b"userfaultfd", c'u'),
    TypeRow(b"io_uring", c'r'),
    TypeRow(b"memfd", c'm'),
    TypeRow(b"pidfd", c'P'),
]

# By Fd.l4proto.
cdef const char **L4PROTOS = [NULL, NULL, b"tcp", b"udp", b"icmp", b"raw"]

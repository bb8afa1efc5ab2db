# SPDX-License-Identifier: Apache-2.0
"""What a descriptor is called, in words, in one letter and by name."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

from falcomod.engine.fields.writer cimport Writer
from falcomod.engine.state.fds cimport (
    FD_IPV4_SERVSOCK, FD_IPV4_SOCK, FD_IPV6_SERVSOCK, FD_IPV6_SOCK, ROLE_NONE, Fd,
)

# Of Fd.l4proto.
cdef enum:
    L4PROTO_NONE = 1
    L4PROTO_TCP = 2
    L4PROTO_UDP = 3
    L4PROTO_RAW = 5

# "file", "ipv4" …; NULL where the type is unknown.
cdef const char *type_word(uint8_t type) noexcept nogil
# 'f', '4' …; 'o' where the type is unknown.
cdef char type_char(uint8_t type) noexcept nogil
# "tcp", "udp" …; NULL where there is none.
cdef const char *l4proto_word(uint8_t l4proto) noexcept nogil

# The path of a file, the addresses of a connection …: 1, or 0 where there is no name.
cdef bint put_fd_name(Writer *writer, const Fd *fd) noexcept nogil
# "<f>/etc/passwd", "<4t>10.0.0.1:4000->10.0.0.2:22".
cdef void put_fd(Writer *writer, const Fd *fd) noexcept nogil

# size is 4 or 16; network order.
cdef void put_ip(Writer *writer, const uint8_t *ip, uint32_t size) noexcept nogil
cdef void put_endpoint(Writer *writer, const uint8_t *ip, uint32_t size, uint16_t port) noexcept nogil

cdef inline bint is_ipv4(const Fd *fd) noexcept nogil:
    return fd.type == FD_IPV4_SOCK or fd.type == FD_IPV4_SERVSOCK

cdef inline bint is_ip(const Fd *fd) noexcept nogil:
    return is_ipv4(fd) or fd.type == FD_IPV6_SOCK or fd.type == FD_IPV6_SERVSOCK

cdef inline bint is_listening(const Fd *fd) noexcept nogil:
    return fd.type == FD_IPV4_SERVSOCK or fd.type == FD_IPV6_SERVSOCK

# Bound to a port: who is bound to an address alone may yet connect.
cdef inline bint is_server(const Fd *fd) noexcept nogil:
    return is_listening(fd) and fd.dest_port != 0

# As Falco tells it: of a socket that is neither client nor server yet, nothing but that it is raw.
cdef inline uint8_t l4proto_of(const Fd *fd) noexcept nogil:
    if fd.role == ROLE_NONE and not is_server(fd) and fd.l4proto != L4PROTO_RAW:
        return L4PROTO_NONE
    return fd.l4proto

# SPDX-License-Identifier: Apache-2.0
"""Events that make sockets and tell of their ends.

Fd.source is the client and Fd.dest the server once the role is known. Tuples of
records are in the order of the traffic: what is received comes from source.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp, memcpy, memset

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport (
    ADDRESS_FAMILY_INET, ADDRESS_FAMILY_INET6, ADDRESS_FAMILY_UNIX, SockAddr, SockTuple,
    param_bytes, param_i64, param_sockaddr, param_socktuple, param_u8, param_u32,
    param_u64,
)
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport *
from falcomod.engine.state.paths cimport PATH_LIMIT
from falcomod.engine.state.tables cimport Tables, tables_fd, text_set
from falcomod.engine.state.update_row cimport UpdateRow
from falcomod.engine.types cimport Str

# Values of system headers, the same on all architectures but MIPS and SPARC.
cdef enum:
    SOCK_TYPE_MASK = 0xF
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    SOCK_RAW = 3
    SOCK_CLOEXEC = 0x80000
    IPPROTO_ICMP = 1
    IPPROTO_TCP = 6
    IPPROTO_UDP = 17
    IPPROTO_ICMPV6 = 58
    EINPROGRESS = 115

# Fd.l4proto
cdef enum:
    L4_UNKNOWN = 0
    L4_NONE = 1
    L4_TCP = 2
    L4_UDP = 3
    L4_ICMP = 4
    L4_RAW = 5


cdef const UpdateRow *socket_updates() noexcept nogil:
    return UPDATES


# Sockets made

cdef void on_socket(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef uint32_t family = param_u32(event, FM_SOCKET_X_domain, 0)
    cdef uint32_t kind = param_u32(event, FM_SOCKET_X_type, 0)
    cdef Fd *fd = made(context, param_i64(event, FM_SOCKET_X_fd, -1), family, kind)
    if fd != NULL:
        fd.l4proto = l4_of(family, kind, param_u32(event, FM_SOCKET_X_proto, 0))
        if param_u32(event, FM_SOCKET_X_flags, 0) & FM_file_flags_O_CLOEXEC:
            fd.close_on_exec = 1


cdef void on_socketpair(Context *context) noexcept nogil:
    """Two ends; the event's own is the second, as Falco has it."""
    cdef const Event *event = context.event
    cdef uint32_t family = param_u32(event, FM_SOCKETPAIR_X_domain, ADDRESS_FAMILY_UNIX)
    cdef uint32_t kind = param_u32(event, FM_SOCKETPAIR_X_type, 0)
    cdef uint64_t source = param_u64(event, FM_SOCKETPAIR_X_source, 0)
    cdef uint64_t peer = param_u64(event, FM_SOCKETPAIR_X_peer, 0)
    if param_i64(event, FM_SOCKETPAIR_X_res, -1) != 0:
        return
    pair_end(
        made(context, param_i64(event, FM_SOCKETPAIR_X_fd1, -1), family, kind), source, peer
    )
    pair_end(
        made(context, param_i64(event, FM_SOCKETPAIR_X_fd2, -1), family, kind), peer, source
    )


cdef void pair_end(Fd *fd, uint64_t source, uint64_t dest) noexcept nogil:
    if fd != NULL:
        fd.l4proto = L4_NONE
        fd.is_connected = 1
        memcpy(fd.source, &source, sizeof(source))
        memcpy(fd.dest, &dest, sizeof(dest))


cdef Fd *made(Context *context, int64_t number, uint32_t family, uint32_t kind) noexcept nogil:
    """A new socket, which becomes the event's own descriptor; or NULL."""
    cdef Fd *fd
    if number < 0:
        return NULL
    fd = tables_fd(context.tables, context.thread, number)
    context.fd = fd
    context.fd_number = number
    if fd != NULL:
        fd.type = type_of(family)
        fd.family = <uint8_t>family
        fd.close_on_exec = kind & SOCK_CLOEXEC != 0
    return fd


cdef uint8_t type_of(uint32_t family) noexcept nogil:
    if family == ADDRESS_FAMILY_INET:
        return FD_IPV4_SOCK
    if family == ADDRESS_FAMILY_INET6:
        return FD_IPV6_SOCK
    if family == ADDRESS_FAMILY_UNIX:
        return FD_UNIX_SOCK
    if family == <uint32_t>FM_socket_families_AF_NETLINK:
        return FD_NETLINK
    return FD_UNSUPPORTED


cdef uint8_t l4_of(uint32_t family, uint32_t kind, uint32_t protocol) noexcept nogil:
    if family != ADDRESS_FAMILY_INET and family != ADDRESS_FAMILY_INET6:
        return L4_NONE
    kind &= SOCK_TYPE_MASK
    if kind == SOCK_RAW:
        return L4_RAW
    if protocol == IPPROTO_ICMP or protocol == IPPROTO_ICMPV6:
        return L4_ICMP
    if kind == SOCK_STREAM and (protocol == 0 or protocol == IPPROTO_TCP):
        return L4_TCP
    if kind == SOCK_DGRAM and (protocol == 0 or protocol == IPPROTO_UDP):
        return L4_UDP
    return L4_UNKNOWN


cdef void on_accept(Context *context) noexcept nogil:
    accepted(context, FM_ACCEPT_5_X_fd, FM_ACCEPT_5_X_tuple, 0)


cdef void on_accept4(Context *context) noexcept nogil:
    accepted(
        context, FM_ACCEPT4_6_X_fd, FM_ACCEPT4_6_X_tuple,
        param_u32(context.event, FM_ACCEPT4_6_X_flags, 0),
    )


cdef void accepted(
    Context *context, uint32_t result, uint32_t index, uint32_t flags
) noexcept nogil:
    cdef SockTuple ends
    cdef bint known = param_socktuple(context.event, index, &ends)
    cdef Fd *fd = made(
        context, param_i64(context.event, result, -1), ends.family if known else 0, 0
    )
    if fd == NULL:
        return
    fd.is_connected = 1
    fd.role = ROLE_SERVER
    fd.close_on_exec = flags & FM_file_flags_O_CLOEXEC != 0
    if known:
        # Of what is accepted nearly all is TCP; the record has no word on it.
        fd.l4proto = L4_NONE if ends.family == ADDRESS_FAMILY_UNIX else L4_TCP
        set_ends(fd, &ends, False)


# Addresses

cdef void on_bind(Context *context) noexcept nogil:
    cdef SockAddr address
    cdef Fd *fd
    cdef Fd before
    if param_i64(context.event, FM_BIND_X_res, -1) != 0:
        return
    if not param_sockaddr(context.event, FM_BIND_X_addr, &address):
        return
    fd = known_socket(context, address.family)
    if fd == NULL or fd.is_connected:
        return
    before = fd[0]
    set_server(fd, &address)
    mark_renamed(context.tables, fd, &before)
    if address.family == ADDRESS_FAMILY_INET:
        fd.type = FD_IPV4_SERVSOCK
    elif address.family == ADDRESS_FAMILY_INET6:
        fd.type = FD_IPV6_SERVSOCK
    # Who is bound to an address alone may yet connect.
    if address.family != ADDRESS_FAMILY_UNIX and address.port:
        fd.role = ROLE_SERVER


cdef void on_listen(Context *context) noexcept nogil:
    if context.fd != NULL and param_i64(context.event, FM_LISTEN_X_res, -1) == 0:
        context.fd.role = ROLE_SERVER


cdef void on_connect(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef int64_t result = param_i64(event, FM_CONNECT_X_res, -1)
    cdef SockTuple ends
    cdef SockAddr address
    cdef Fd *fd
    cdef Fd before
    # Older drivers tell both ends of a unix socket that was not connected, too: the other is nobody's.
    if param_socktuple(event, FM_CONNECT_X_tuple, &ends) and (
        ends.family != ADDRESS_FAMILY_UNIX or result == 0 or result == -EINPROGRESS
    ):
        fd = known_socket(context, ends.family)
        if fd != NULL:
            before = fd[0]
            fd.role = ROLE_CLIENT
            set_ends(fd, &ends, False)
            mark_renamed(context.tables, fd, &before)
            fd.is_connected = result == 0
    elif param_sockaddr(event, FM_CONNECT_X_addr, &address):
        # Refused or unreachable: where it was meant to go is all there is.
        fd = known_socket(context, address.family)
        if fd != NULL and not fd.is_connected:
            before = fd[0]
            fd.role = ROLE_CLIENT
            fd.type = type_of(address.family)
            set_server(fd, &address)
            mark_renamed(context.tables, fd, &before)
            fd.is_connected = result == 0
    elif result == 0 and context.fd != NULL:
        # An address of another family; AF_UNSPEC dissolves a UDP association.
        context.fd.is_connected = context.fd.type == FD_NETLINK


cdef void set_server(Fd *fd, const SockAddr *address) noexcept nogil:
    """One address alone: that of the server, which a socket binds or connects to."""
    memset(fd.source, 0, sizeof(fd.source))
    memset(fd.dest, 0, sizeof(fd.dest))
    fd.source_port = 0
    fd.dest_port = address.port
    if address.address_size:
        memcpy(fd.dest, address.address, address.address_size)
    elif address.path.size and address.path.size <= PATH_LIMIT:
        text_set(&fd.name, address.path.data, address.path.size)


cdef void mark_renamed(Tables *tables, const Fd *fd, const Fd *before) noexcept nogil:
    """A name is made of both ends; before: the descriptor as it was, its texts not owned."""
    if (
        fd.source_port != before.source_port
        or fd.dest_port != before.dest_port
        or fd.name != before.name
        or memcmp(fd.source, before.source, sizeof(fd.source)) != 0
        or memcmp(fd.dest, before.dest, sizeof(fd.dest)) != 0
    ):
        tables.is_fd_renamed = 1
        tables.is_marked = 1


cdef void set_ends(Fd *fd, const SockTuple *ends, bint is_swapped) noexcept nogil:
    """Both addresses; swapped where the record's source is the server."""
    cdef uint8_t *source = fd.source
    cdef uint8_t *dest = fd.dest
    fd.type = type_of(ends.family)
    fd.family = ends.family
    memset(fd.source, 0, sizeof(fd.source))
    memset(fd.dest, 0, sizeof(fd.dest))
    if ends.address_size:
        fd.source_port = ends.source_port
        fd.dest_port = ends.dest_port
        if is_swapped:
            source, dest = dest, source
            fd.source_port = ends.dest_port
            fd.dest_port = ends.source_port
        memcpy(source, ends.source, ends.address_size)
        memcpy(dest, ends.dest, ends.address_size)
    else:
        memcpy(fd.source, &ends.source_pointer, sizeof(ends.source_pointer))
        memcpy(fd.dest, &ends.dest_pointer, sizeof(ends.dest_pointer))
        if ends.path.size and ends.path.size <= PATH_LIMIT:
            text_set(&fd.name, ends.path.data, ends.path.size)


cdef Fd *known_socket(Context *context, uint32_t family) noexcept nogil:
    """The descriptor that the call named; one that was unknown is known from now on."""
    if context.fd == NULL and context.fd_number >= 0:
        made(context, context.fd_number, family, 0)
    return context.fd


# Traffic

cdef void on_send(Context *context) noexcept nogil:
    exchanged(context, FM_SEND_X_tuple, False)


cdef void on_sendto(Context *context) noexcept nogil:
    exchanged(context, FM_SENDTO_X_tuple, False)


cdef void on_sendmsg(Context *context) noexcept nogil:
    exchanged(context, FM_SENDMSG_X_tuple, False)


cdef void on_sendmmsg(Context *context) noexcept nogil:
    exchanged(context, FM_SENDMMSG_X_tuple, False)


cdef void on_recv(Context *context) noexcept nogil:
    exchanged(context, FM_RECV_X_tuple, True)


cdef void on_recvfrom(Context *context) noexcept nogil:
    exchanged(context, FM_RECVFROM_X_tuple, True)


cdef void on_recvmsg(Context *context) noexcept nogil:
    exchanged(context, FM_RECVMSG_X_tuple, True)


cdef void on_recvmmsg(Context *context) noexcept nogil:
    exchanged(context, FM_RECVMMSG_X_tuple, True)


cdef void exchanged(Context *context, uint32_t index, bint is_received) noexcept nogil:
    """Data went one way: of unconnected sockets each call may name another peer."""
    cdef SockTuple ends
    cdef Fd *fd = context.fd
    cdef Fd before
    # The result is the first parameter of all of these.
    if param_i64(context.event, 0, -1) < 0:
        return
    if fd != NULL and fd.is_connected:
        return
    if not param_socktuple(context.event, index, &ends):
        return
    fd = known_socket(context, ends.family)
    if fd == NULL:
        return
    if fd.role == ROLE_NONE:
        # Who is not bound and speaks first is the client.
        fd.role = ROLE_SERVER if is_received else ROLE_CLIENT
    before = fd[0]
    set_ends(fd, &ends, is_received == (fd.role == ROLE_CLIENT))
    mark_renamed(context.tables, fd, &before)


cdef void on_shutdown(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    if context.fd != NULL and param_i64(event, FM_SHUTDOWN_X_res, -1) == 0:
        if param_u8(event, FM_SHUTDOWN_X_how, 0xFF) == FM_shutdown_how_SHUT_RDWR:
            context.fd.is_connected = 0


cdef void on_getsockopt(Context *context) noexcept nogil:
    """SO_ERROR 0 is how a program learns that its EINPROGRESS became a connection."""
    cdef const Event *event = context.event
    cdef Str value = param_bytes(event, FM_GETSOCKOPT_X_val)
    cdef int64_t error
    if context.fd == NULL or param_i64(event, FM_GETSOCKOPT_X_res, -1) != 0:
        return
    if param_u8(event, FM_GETSOCKOPT_X_level, 0) != FM_sockopt_levels_SOL_SOCKET:
        return
    if param_u8(event, FM_GETSOCKOPT_X_optname, 0) != FM_sockopt_options_SO_ERROR:
        return
    if value.size != 1 + sizeof(error) or <uint8_t>value.data[0] != FM_SOCKOPT_ERRNO:
        return
    memcpy(&error, value.data + 1, sizeof(error))
    if context.fd.role == ROLE_CLIENT:
        context.fd.is_connected = error == 0


cdef UpdateRow *UPDATES = [
    UpdateRow(FM_SOCKET_X, on_socket),
    UpdateRow(FM_SOCKETPAIR_X, on_socketpair),
    UpdateRow(FM_ACCEPT_5_X, on_accept),
    UpdateRow(FM_ACCEPT4_6_X, on_accept4),
    UpdateRow(FM_BIND_X, on_bind),
    UpdateRow(FM_LISTEN_X, on_listen),
    UpdateRow(FM_CONNECT_X, on_connect),
    UpdateRow(FM_SEND_X, on_send),
    UpdateRow(FM_SENDTO_X, on_sendto),
    UpdateRow(FM_SENDMSG_X, on_sendmsg),
    UpdateRow(FM_SENDMMSG_X, on_sendmmsg),
    UpdateRow(FM_RECV_X, on_recv),
    UpdateRow(FM_RECVFROM_X, on_recvfrom),
    UpdateRow(FM_RECVMSG_X, on_recvmsg),
    UpdateRow(FM_RECVMMSG_X, on_recvmmsg),
    UpdateRow(FM_SHUTDOWN_X, on_shutdown),
    UpdateRow(FM_GETSOCKOPT_X, on_getsockopt),
    UpdateRow(0, NULL),
]

# SPDX-License-Identifier: Apache-2.0
"""fd.ip, fd.sport, fd.cip.name …: the ends of the connection that the event is about.

Which end of a connection is the client's is known by who connected and who
accepted; where it is not, fields of a role have no value.

Names of addresses come from a table of those that rules ask for (state.domains),
never from a resolver: an event does not wait for one.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.descriptor cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.names cimport service_name
from falcomod.engine.fields.names import load_services
from falcomod.engine.fields.writer cimport Writer, put_signed, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.domains cimport Domain, domains_find, domains_of
from falcomod.engine.state.fds cimport *
from falcomod.engine.types cimport Arg, Value

# Which end of a connection a field is about.
cdef enum End:
    END_CLIENT
    END_SERVER
    END_LOCAL
    END_REMOTE

# Of fields that are compared with constants only.
cdef enum:
    CONSTANTS_ONLY = FIELD_FILTER_ONLY | FIELD_NO_RHS | FIELD_NO_TRANSFORMER
    EITHER = CONSTANTS_ONLY | FIELD_ANY | FIELD_ENDS
    NAMES = FIELD_ANY | FIELD_ENDS | FIELD_NO_RHS | FIELD_NO_TRANSFORMER


# Addresses

cdef int fd_ip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _either_ip(context, out)
bind("fd.ip", FM_PT_IPADDR, EITHER, ARG_NONE, fd_ip,
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
bind("fd.net", FM_PT_IPNET, EITHER, ARG_NONE, fd_net,
     "network of either end")


cdef int fd_cnet(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_CLIENT, out)
bind("fd.cnet", FM_PT_IPNET, CONSTANTS_ONLY, ARG_NONE, fd_cnet, "network of the client")


cdef int fd_snet(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_SERVER, out)
bind("fd.snet", FM_PT_IPNET, CONSTANTS_ONLY, ARG_NONE, fd_snet, "network of the server")


cdef int fd_lnet(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_LOCAL, out)
bind("fd.lnet", FM_PT_IPNET, CONSTANTS_ONLY, ARG_NONE, fd_lnet, "network of this end")


cdef int fd_rnet(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _ip(context, END_REMOTE, out)
bind("fd.rnet", FM_PT_IPNET, CONSTANTS_ONLY, ARG_NONE, fd_rnet, "network of the other end")


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
bind("fd.port", FM_PT_PORT, EITHER, ARG_NONE, fd_port,
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
bind("fd.proto", FM_PT_PORT, EITHER, ARG_NONE, fd_proto,
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


# Domain names

cdef int fd_cip_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _domain(context, END_CLIENT, out)
bind("fd.cip.name", FM_PT_CHARBUF, NAMES, ARG_NONE, fd_cip_name,
     "domain name of the client among those that rules ask for, else its address")


cdef int fd_sip_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _domain(context, END_SERVER, out)
bind("fd.sip.name", FM_PT_CHARBUF, NAMES, ARG_NONE, fd_sip_name,
     "domain name of the server among those that rules ask for, else its address")


cdef int fd_lip_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _domain(context, END_LOCAL, out)
bind("fd.lip.name", FM_PT_CHARBUF, NAMES, ARG_NONE, fd_lip_name,
     "domain name of this end among those that rules ask for, else its address")


cdef int fd_rip_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _domain(context, END_REMOTE, out)
bind("fd.rip.name", FM_PT_CHARBUF, NAMES, ARG_NONE, fd_rip_name,
     "domain name of the other end among those that rules ask for, else its address")


# Which end is which

cdef bint _is_dest(const Fd *fd, End end, bint *out) noexcept nogil:
    """Whether an end is the destination: 1, or 0 where it is not known who is who."""
    if is_listening(fd):
        out[0] = 1
        return is_server(fd) and (end == END_SERVER or end == END_LOCAL)
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


cdef int _domain(Context *context, End end, Value *out) except -1 nogil:
    """Name number out.number of an address; its only one, where it has none, is how it is written."""
    cdef int64_t wanted = out.number
    cdef const Domain *first
    cdef Writer writer
    if not _ip(context, end, out):
        return 0
    first = domains_find(&context.tables.domains, <const uint8_t *>out.text.data, out.text.size)
    if first is not NULL:
        if wanted >= domains_of(&context.tables.domains, first):
            return 0
        return give_text(out, first[wanted].name)
    if wanted:
        return 0
    writer_init(&writer, context.arena)
    put_ip(&writer, <const uint8_t *>out.text.data, out.text.size)
    return writer_finish(&writer, out)


def _load_services(ref) -> None:
    """Once, and only where rules ask for names of ports at all."""
    global _services_loaded
    if not _services_loaded:
        _services_loaded = True
        load_services()


_services_loaded = False

on_reference("fd.cproto", _load_services)
on_reference("fd.sproto", _load_services)
on_reference("fd.lproto", _load_services)
on_reference("fd.rproto", _load_services)

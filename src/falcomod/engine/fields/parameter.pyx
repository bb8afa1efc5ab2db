# SPDX-License-Identifier: Apache-2.0
"""Parameters of an event as text and as numbers, each by its type.

Most have two texts: what is stored (3, 4097, -2) and what it stands for
(<f>/etc/passwd, O_RDONLY|O_CLOEXEC, ENOENT).  evt.args shows both, evt.arg
the second where there is one.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, uint16_t, uint64_t
from libc.stdio cimport snprintf
from libc.string cimport memcpy

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.params cimport (
    ADDRESS_FAMILY_UNIX, SockAddr, SockTuple, param_sockaddr, param_socktuple, param_str,
)
from falcomod.engine.decode.reader cimport Reader, reader_u16, reader_u64
from falcomod.engine.decode.schema cimport syscall_info
from falcomod.engine.fields.descriptor cimport put_endpoint, put_fd, put_ip, type_char
from falcomod.engine.fields.names cimport errno_name, signal_name
from falcomod.engine.fields.writer cimport (
    put, put_char, put_pointer, put_signed, put_strings, put_text, put_unsigned,
)
from falcomod.engine.state.fds cimport Fd, fds_find
from falcomod.engine.state.paths cimport AT_FDCWD, directory_of, path_absolute
from falcomod.engine.state.threads cimport Thread, threads_find
from falcomod.engine.state.users cimport Name, names_find
from falcomod.engine.types cimport Str

cdef enum:
    NO_ID = 0xFFFFFFFF           # of a user or group
    SECOND_NS = 1000000000


cdef bint is_signed(uint8_t type) noexcept nogil:
    return type in (
        FM_PT_INT8, FM_PT_INT16, FM_PT_INT32, FM_PT_INT64,
        FM_PT_ERRNO, FM_PT_FD, FM_PT_PID, FM_PT_FD32, FM_PT_PID32,
    )


cdef bint is_number(uint8_t type) noexcept nogil:
    cdef uint32_t width = fm_param_width(type)
    return width != 0 and width <= 8 and type != FM_PT_IPV4ADDR and type != FM_PT_DOUBLE


cdef bint number_of(const Event *event, uint32_t index, int64_t *out) noexcept nogil:
    cdef uint8_t type
    cdef uint32_t size
    if index >= event.nparams:
        return 0
    type = event.info.params[index].type
    size = event.param_size[index]
    if size == 0 or size != fm_param_width(type) or not is_number(type):
        return 0
    out[0] = _integer(event.param[index], size, is_signed(type))
    return 1


cdef int64_t _integer(const uint8_t *data, uint32_t size, bint signed) noexcept nogil:
    """Little-endian, of 1, 2, 4 or 8 bytes."""
    cdef uint64_t number = 0
    memcpy(&number, data, size)
    if not signed:
        return <int64_t>number
    if size == 1:
        return <int8_t>number
    if size == 2:
        return <int16_t>number
    return <int32_t>number if size == 4 else <int64_t>number


cdef bint return_value(const Event *event, int64_t *out) noexcept nogil:
    # The first parameter of every end of a call is what it returned, under whatever
    # name; a generic call tells its number alone.
    return (
        event.info.origin == FM_ORIGIN_SYSCALL
        and event.code & 1
        and event.code != FM_GENERIC_X
        and number_of(event, 0, out)
    )


cdef bint put_plain(Writer *writer, Context *context, uint32_t index) noexcept nogil:
    cdef const Event *event = context.event
    cdef const fm_param_info *info
    cdef int64_t number
    if index >= event.nparams or event.param_size[index] == 0:
        return 0
    info = &event.info.params[index]
    if number_of(event, index, &number):
        _put_number(writer, info, number)
        return 1
    if info.type in (FM_PT_CHARBUF, FM_PT_FSPATH, FM_PT_FSRELPATH):
        put(writer, <const char *>event.param[index], event.param_size[index] - 1)
        return 1
    if info.type == FM_PT_BYTEBUF:
        _put_buffer(writer, event.param[index], event.param_size[index])
        return 1
    if info.type == FM_PT_CHARBUFARRAY:
        put_strings(writer, <const char *>event.param[index], event.param_size[index], c'.')
        return 1
    if info.type == FM_PT_SOCKADDR:
        return _put_sockaddr(writer, event, index)
    if info.type == FM_PT_SOCKTUPLE:
        return _put_socktuple(writer, event, index)
    if info.type == FM_PT_FDLIST:
        return _put_fdlist(writer, context, index)
    if info.type == FM_PT_DYN:
        return _put_dynamic(writer, event, index)
    if info.type in (FM_PT_IPV4ADDR, FM_PT_IPV6ADDR):
        return _put_address(writer, event, index)
    return 0


cdef bint put_resolved(Writer *writer, Context *context, uint32_t index) noexcept nogil:
    cdef const Event *event = context.event
    cdef const fm_param_info *info
    cdef int64_t number
    if index >= event.nparams:
        return 0
    info = &event.info.params[index]
    if info.type in (FM_PT_FSPATH, FM_PT_FSRELPATH):
        return _put_absolute(writer, context, index)
    if not number_of(event, index, &number):
        return 0
    if info.vocabulary is not NULL:
        if info.type in (FM_PT_ENUMFLAGS8, FM_PT_ENUMFLAGS16, FM_PT_ENUMFLAGS32):
            return _put_enum(writer, info, <uint32_t>number)
        return _put_flags(writer, info, <uint32_t>number)
    if info.type in (FM_PT_FD, FM_PT_FD32):
        return _put_descriptor(writer, context, number)
    if info.type == FM_PT_ERRNO:
        return _put_name(writer, errno_name(-number))
    if info.type in (FM_PT_PID, FM_PT_PID32):
        return _put_comm(writer, context, number)
    if info.type == FM_PT_UID:
        return _put_owner(writer, names_find(&context.tables.users, <uint32_t>number), number)
    if info.type == FM_PT_GID:
        return _put_owner(writer, names_find(&context.tables.groups, <uint32_t>number), number)
    if info.type == FM_PT_SIGTYPE:
        return _put_name(writer, signal_name(<uint32_t>number))
    if info.type == FM_PT_SYSCALLID:
        return _put_call(writer, <uint16_t>number)
    if info.type == FM_PT_SIGSET:
        return _put_signals(writer, <uint32_t>number)
    if info.type == FM_PT_RELTIME:
        return _put_seconds(writer, <uint64_t>number)
    return 0


# What is stored

cdef void _put_number(Writer *writer, const fm_param_info *info, int64_t number) noexcept nogil:
    if info.type == FM_PT_BOOL:
        if number:
            put_text(writer, b"true")
        else:
            put_text(writer, b"false")
    elif info.type in (FM_PT_UID, FM_PT_GID) and number == NO_ID:
        put_text(writer, b"-1")
    elif info.type == FM_PT_RELTIME and number == -1:
        put_text(writer, b"none")
    elif is_signed(info.type):
        put_signed(writer, number)
    elif info.format == FM_FORMAT_OCT:
        if number:
            put_char(writer, c'0')
        put_unsigned(writer, <uint64_t>number, 8, 0)
    elif info.format == FM_FORMAT_HEX and info.vocabulary is NULL:
        put_unsigned(writer, <uint64_t>number, 16, 0)
    elif info.type == FM_PT_UINT64:
        # Offsets may be negative: these two print as if they had a sign, as Falco has it.
        put_signed(writer, number)
    elif info.type == FM_PT_UINT32:
        put_signed(writer, <int32_t>number)
    else:
        put_unsigned(writer, <uint64_t>number, 10, 0)


cdef void _put_buffer(Writer *writer, const uint8_t *data, uint32_t size) noexcept nogil:
    cdef uint32_t at
    for at in range(size):
        put_char(writer, <char>data[at] if 32 <= data[at] < 127 else c'.')


cdef bint _put_sockaddr(Writer *writer, const Event *event, uint32_t index) noexcept nogil:
    cdef SockAddr address
    if not param_sockaddr(event, index, &address):
        return 0
    if address.family == ADDRESS_FAMILY_UNIX:
        put(writer, address.path.data, address.path.size)
    else:
        put_endpoint(writer, address.address, address.address_size, address.port)
    return 1


cdef bint _put_socktuple(Writer *writer, const Event *event, uint32_t index) noexcept nogil:
    cdef SockTuple ends
    if not param_socktuple(event, index, &ends):
        return 0
    if ends.family != ADDRESS_FAMILY_UNIX:
        put_endpoint(writer, ends.source, ends.address_size, ends.source_port)
        put(writer, b"->", 2)
        put_endpoint(writer, ends.dest, ends.address_size, ends.dest_port)
        return 1
    put_pointer(writer, ends.source_pointer)
    put(writer, b"->", 2)
    put_pointer(writer, ends.dest_pointer)
    if ends.path.size:
        put_char(writer, c' ')
        put(writer, ends.path.data, ends.path.size)
    return 1


cdef bint _put_fdlist(Writer *writer, Context *context, uint32_t index) noexcept nogil:
    """Each as number:letter and events: "3:f1 5:44", "?" for the letter of an unknown one."""
    cdef Reader reader
    cdef uint16_t count
    cdef uint16_t flags
    cdef uint64_t number
    cdef const Fd *fd
    cdef bint first = 1
    reader.position = context.event.param[index]
    reader.end = reader.position + context.event.param_size[index]
    if not reader_u16(&reader, &count):
        return 0
    while count and reader_u64(&reader, &number) and reader_u16(&reader, &flags):
        if not first:
            put_char(writer, c' ')
        first = 0
        count -= 1
        fd = fds_find(context.thread.fds, <int64_t>number) if context.thread is not NULL else NULL
        put_signed(writer, <int64_t>number)
        put_char(writer, c':')
        put_char(writer, type_char(fd.type) if fd is not NULL else c'?')
        put_unsigned(writer, flags, 16, 0)
    return 1


cdef bint _put_dynamic(Writer *writer, const Event *event, uint32_t index) noexcept nogil:
    """A value whose layout its first byte tells, differently for each call."""
    cdef const uint8_t *data = event.param[index] + 1
    cdef uint32_t size = event.param_size[index] - 1
    cdef uint8_t layout = event.param[index][0]
    if event.code == FM_KEYCTL_X and layout == FM_KEYCTL_CHARBUF:
        put(writer, <const char *>data, size - 1 if size and data[size - 1] == 0 else size)
        return 1
    if event.code in (FM_SETSOCKOPT_X, FM_GETSOCKOPT_X) and layout == FM_SOCKOPT_UNKNOWN:
        _put_buffer(writer, data, size)
        return 1
    if size not in (1, 2, 4, 8):
        return 0
    if event.code == FM_PTRACE_X and layout == FM_PTRACE_SIGTYPE:
        return _put_name(writer, signal_name(<uint32_t>_integer(data, size, 0)))
    if event.code == FM_PTRACE_X:
        put_unsigned(writer, <uint64_t>_integer(data, size, 0), 16, 0)
    elif event.code == FM_KEYCTL_X or layout == FM_SOCKOPT_ERRNO:
        put_signed(writer, _integer(data, size, 1))
    else:
        put_unsigned(writer, <uint64_t>_integer(data, size, 0), 10, 0)
    return 1


cdef bint _put_address(Writer *writer, const Event *event, uint32_t index) noexcept nogil:
    if event.param_size[index] not in (4, 16):
        return 0
    put_ip(writer, event.param[index], event.param_size[index])
    return 1


# What it stands for

cdef bint _put_name(Writer *writer, const char *name) noexcept nogil:
    if name is NULL:
        return 0
    put_text(writer, name)
    return 1


cdef bint _put_enum(Writer *writer, const fm_param_info *info, uint32_t number) noexcept nogil:
    cdef const fm_flag_info *flag = info.vocabulary
    while flag.name is not NULL:
        if flag.value == number:
            return _put_name(writer, flag.name)
        flag += 1
    return 0


cdef bint _put_flags(Writer *writer, const fm_param_info *info, uint32_t number) noexcept nogil:
    """A|B; of a name for several bits (O_RDWR) not those of its parts as well."""
    cdef const fm_flag_info *flag = info.vocabulary
    cdef bint first = 1
    if _put_enum(writer, info, number):
        return 1
    while flag.name is not NULL:
        if flag.value and flag.value & number == flag.value:
            if not first:
                put_char(writer, c'|')
            first = 0
            put_text(writer, flag.name)
            number &= ~flag.value
        flag += 1
    return not first


cdef bint _put_descriptor(Writer *writer, Context *context, int64_t number) noexcept nogil:
    cdef const Fd *fd
    if number == AT_FDCWD:
        return _put_name(writer, b"AT_FDCWD")
    if number < 0:
        return _put_name(writer, errno_name(-number))
    if number == context.fd_number:
        fd = context.fd
    else:
        fd = fds_find(context.thread.fds, number) if context.thread is not NULL else NULL
    if fd is NULL:
        return 0
    put_fd(writer, fd)
    return 1


cdef bint _put_comm(Writer *writer, Context *context, int64_t tid) noexcept nogil:
    cdef Thread *thread = threads_find(&context.tables.threads, tid) if tid > 0 else NULL
    if tid < 0:
        return _put_name(writer, errno_name(-tid))
    if thread is NULL or thread.comm[0] == 0:
        return 0
    put_text(writer, thread.comm)
    return 1


cdef bint _put_owner(Writer *writer, const Name *name, int64_t number) noexcept nogil:
    if number == NO_ID:
        return _put_name(writer, b"<NONE>")
    if name is NULL or name.name is NULL:
        return 0
    put(writer, name.name.data, name.name.size)
    return 1


cdef bint _put_call(Writer *writer, uint16_t sc) noexcept nogil:
    cdef const fm_syscall_info *info = syscall_info(sc)
    return _put_name(writer, info.name if info is not NULL else NULL)


cdef bint _put_signals(Writer *writer, uint32_t mask) noexcept nogil:
    cdef uint32_t bit
    cdef bint first = 1
    for bit in range(32):
        if mask >> bit & 1 and signal_name(bit + 1) is not NULL:
            if not first:
                put_char(writer, c' ')
            first = 0
            put_text(writer, signal_name(bit + 1))
    return not first


cdef bint _put_seconds(Writer *writer, uint64_t ns) noexcept nogil:
    """0.1s, to six digits; all bits set stands for "no limit"."""
    cdef char text[32]
    if ns == <uint64_t>-1:
        return 0
    snprintf(text, sizeof(text), b"%lgs", <double>ns / SECOND_NS)
    put_text(writer, text)
    return 1


cdef bint _put_absolute(Writer *writer, Context *context, uint32_t index) noexcept nogil:
    """A path that is not absolute already."""
    cdef Str path = param_str(context.event, index)
    if path.data is NULL or (path.size and path.data[0] == c'/'):
        return 0
    return put_path(writer, context, index)


cdef bint put_path(Writer *writer, Context *context, uint32_t index) noexcept nogil:
    cdef Str path = param_str(context.event, index)
    cdef int8_t dirfd = context.event.info.params[index].dirfd
    cdef int64_t number = AT_FDCWD
    if path.data is NULL or path.size == 0 or context.thread is NULL:
        return 0
    if dirfd >= 0 and not number_of(context.event, <uint32_t>dirfd, &number):
        return 0
    path = path_absolute(
        writer.arena, directory_of(&context.tables.threads, context.thread, number), path
    )
    if path.data is NULL:
        writer.failed = 1
        return 1
    put(writer, path.data, path.size)
    return 1

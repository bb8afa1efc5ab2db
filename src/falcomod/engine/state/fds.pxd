# SPDX-License-Identifier: Apache-2.0
"""Descriptors of a process, in tables that threads and CLONE_FILES children share."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine.types cimport Text

# What a descriptor is; numbers of the public capture format's descriptor lists.
cdef enum FdType:
    FD_UNKNOWN = 0
    FD_FILE = 1
    FD_DIRECTORY = 2
    FD_IPV4_SOCK = 3
    FD_IPV6_SOCK = 4
    FD_IPV4_SERVSOCK = 5
    FD_IPV6_SERVSOCK = 6
    FD_FIFO = 7
    FD_UNIX_SOCK = 8
    FD_EVENTFD = 9
    FD_UNSUPPORTED = 10
    FD_SIGNALFD = 11
    FD_EVENTPOLL = 12
    FD_INOTIFY = 13
    FD_TIMERFD = 14
    FD_NETLINK = 15
    FD_FILE_V2 = 16
    FD_BPF = 17
    FD_USERFAULTFD = 18
    FD_IOURING = 19
    FD_MEMFD = 20
    FD_PIDFD = 21

# Which end of a connection the process is.
cdef enum FdRole:
    ROLE_NONE = 0
    ROLE_CLIENT
    ROLE_SERVER

cdef struct Fd:
    int32_t number               # -1: an empty slot of the table
    uint8_t type                 # FdType
    uint8_t role                 # FdRole
    uint8_t l4proto              # 0 unknown, 1 not applicable, 2 TCP, 3 UDP, 4 ICMP, 5 RAW
    uint8_t close_on_exec
    uint8_t is_connected
    uint8_t family               # FM_socket_families_…, sockets only
    uint16_t source_port         # host order; source is the client where the role is known
    uint16_t dest_port
    uint8_t source[16]           # network order; IPv4 in the first 4 bytes
    uint8_t dest[16]
    uint32_t open_flags          # FM_file_flags_…
    uint32_t dev
    uint64_t ino                 # of a pidfd: the process it stands for
    Text *name                   # absolute path, path of a unix socket …; or NULL
    Text *name_raw               # the path as the call gave it; or NULL

cdef struct FdTable:
    uint32_t owners              # processes and CLONE_FILES relatives that share it
    uint32_t count               # descriptors in it
    uint32_t capacity            # slots, 0 or a power of two
    Fd *slots                    # open addressing by number

# Another descriptor with the same properties; its number and close_on_exec stay as they are.
cdef void fd_assign(Fd *fd, const Fd *source) noexcept nogil
cdef void fd_release(Fd *fd) noexcept nogil                      # gives its texts back; number is -1 then

cdef FdTable *fds_new() noexcept nogil                           # NULL when memory is out
cdef FdTable *fds_share(FdTable *table) noexcept nogil           # NULL-safe
cdef FdTable *fds_copy(const FdTable *table) noexcept nogil      # a fork's own copy; NULL when memory is out
cdef void fds_release(FdTable *table) noexcept nogil             # NULL-safe
# In all of these the table may be NULL: a thread of which no descriptors are kept.
# NULL: not known; valid until the table changes.
cdef Fd *fds_find(const FdTable *table, int64_t number) noexcept nogil
# A fresh descriptor in place of any of that number; NULL when limit is reached, memory
# is out or the number is not one of a descriptor.
cdef Fd *fds_put(FdTable *table, int64_t number, uint32_t limit) noexcept nogil
cdef void fds_remove(FdTable *table, int64_t number) noexcept nogil
# Moves a descriptor out of the table: 1, or 0 and an empty *out where there is none.
cdef int fds_take(FdTable *table, int64_t number, Fd *out) noexcept nogil
# close_range(2): removes first to last, or marks them close-on-exec.
cdef void fds_remove_range(FdTable *table, uint32_t first, uint32_t last) noexcept nogil
cdef void fds_mark_range(FdTable *table, uint32_t first, uint32_t last) noexcept nogil
cdef void fds_close_on_exec(FdTable *table) noexcept nogil

# SPDX-License-Identifier: Apache-2.0
"""Threads by id, each with what its process is."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from falcomod.engine.state.containers cimport Container
from falcomod.engine.state.fds cimport FdTable
from falcomod.engine.types cimport Text

cdef enum:
    COMM_SIZE = 16               # TASK_COMM_LEN, a final NUL counted

# Facts about the executable: bits of execve_flags in the event table.
cdef enum:
    EXE_WRITABLE = 1
    EXE_UPPER_LAYER = 2
    EXE_FROM_MEMFD = 4
    EXE_LOWER_LAYER = 8

# Which side of a clone told of the thread; the other one is then still to come.
cdef enum Birth:
    BIRTH_KNOWN = 0              # both, or neither will
    BIRTH_BY_PARENT
    BIRTH_BY_CHILD

# Why threads are listed under a tid, which need not be that of a known thread.
cdef enum:
    KIN_CHILDREN = 0             # their ptid is that tid; not main threads only
    KIN_OTHERS                   # their pid is: the threads of a process but its main one
    KINSHIPS

cdef struct Kin:
    Thread *next                 # NULL at the end
    Thread *previous             # NULL at the beginning

cdef struct Thread:
    int64_t tid
    int64_t pid                  # of the process; tid == pid: its main thread
    int64_t ptid                 # parent's; of a thread in the table set with threads_set_parent
    int64_t vtid                 # numbered in its own pid namespace, like the next three; -1 unknown
    int64_t vpid
    int64_t sid
    int64_t vpgid
    int64_t pgid                 # numbered in the initial pid namespace
    uint32_t uid                 # effective; 0xFFFFFFFF unknown, gid too
    uint32_t gid
    uint32_t loginuid            # 0xFFFFFFFF: none
    uint32_t tty                 # 0: none
    uint32_t clone_flags         # FM_clone_flags_… it was made with
    uint32_t exe_flags           # EXE_…
    int64_t fdlimit
    uint64_t start_ns            # clone or exec, ns since the epoch; from /proc: process start
    uint64_t clone_ns            # 0: it was there before we were
    uint64_t pidns_init_start_ns
    uint64_t cap_inheritable
    uint64_t cap_permitted
    uint64_t cap_effective
    uint64_t exe_ino
    uint64_t exe_ino_ctime_ns
    uint64_t exe_ino_mtime_ns
    uint32_t vm_size_kb
    uint32_t vm_rss_kb
    uint32_t vm_swap_kb
    uint64_t pfmajor
    uint64_t pfminor
    uint64_t exec_ns             # on a CPU in all, by context switches seen
    uint64_t cpu_user            # ticks as told last, and how many more than the time before
    uint64_t cpu_system
    uint32_t cpu_user_used
    uint32_t cpu_system_used
    uint64_t exit_ns             # 0: alive; else when it ended, kept for a grace time
    char comm[COMM_SIZE]         # NUL-terminated
    Container *container         # NULL on the host; it knows that the thread is in it
    uint8_t is_stub              # 1: nobody described it; what its own events told is all that is known
    uint8_t birth                # Birth
    uint8_t probe                # ContainerProbe that it is part of, by its ancestors too
    uint8_t is_counted           # among the others of its main thread
    uint32_t others              # of a main thread: how many more threads its process has
    Text *exe                    # argv[0]; these may be NULL: unknown
    Text *exepath
    Text *args                   # argv[1..], each NUL-terminated
    Text *env                    # likewise
    # Of the process and kept current on its main thread alone, as sid, vpgid, pgid and fdlimit are.
    Text *cwd                    # ends in "/"
    Text *root                   # of a chroot; NULL: "/"
    Text *cgroups                # "subsystem=path", each NUL-terminated
    FdTable *fds                 # the process's; shared by its threads
    Kin kin[KINSHIPS]            # its places in the lists it is in

# A tid that is known, or that known threads name as their parent's or their process's:
# those lists are here and not in Thread, because either may be seen first and go first.
cdef struct ThreadSlot:
    int64_t tid                  # 0: empty
    Thread *thread               # NULL: only named
    Thread *kin[KINSHIPS]        # the first of each list, or NULL

cdef struct ThreadTable:
    uint32_t count               # threads
    uint32_t used                # slots; less than twice limit, each has a thread or is named by one
    uint32_t capacity            # slots, a power of two
    uint32_t limit               # threads at the most; beyond, new ones are not kept and counted
    uint64_t refused
    uint64_t added
    uint64_t removed
    uint64_t kin_visited         # threads that walks along lists looked at
    ThreadSlot *slots            # open addressing by tid
    Thread *last                 # found last, or NULL

cdef int threads_init(ThreadTable *table, uint32_t limit) except -1 nogil
cdef void threads_free(ThreadTable *table) noexcept nogil
cdef Thread *threads_find(ThreadTable *table, int64_t tid) noexcept nogil        # NULL: not known
# A thread of which nothing is known but the tid, in place of any of that tid; NULL: refused.
cdef Thread *threads_add(ThreadTable *table, int64_t tid) noexcept nogil
cdef void threads_remove(ThreadTable *table, int64_t tid) noexcept nogil
# The main thread of a thread's process, or the thread itself where that is not known.
cdef Thread *threads_main(ThreadTable *table, Thread *thread) noexcept nogil
# The process that made this one: the main thread of ptid's process, or NULL.
cdef Thread *threads_parent(ThreadTable *table, Thread *thread) noexcept nogil
# The first of a list, or NULL; the others follow by Thread.kin.
cdef Thread *threads_kin(const ThreadTable *table, int64_t tid, int kinship) noexcept nogil
# Makes ptid the parent of a thread that is in the table and lists the thread there. Also for
# a thread that is not listed yet, whose ptid was set directly. A list for which there is no
# memory loses the thread: it is then not found as a child.
cdef void threads_set_parent(ThreadTable *table, Thread *thread, int64_t ptid) noexcept nogil
# Gives the children of one parent to another; neither need be known.
cdef void threads_reparent(ThreadTable *table, int64_t tid, int64_t reaper) noexcept nogil
# Removes the threads of a process that joined its main thread.
cdef void threads_remove_others(ThreadTable *table, int64_t pid) noexcept nogil
# Lists a thread, whose pid is known, as one of its process and counts it among the others
# of its main thread if that is known; no longer.
cdef void threads_join(ThreadTable *table, Thread *thread) noexcept nogil
cdef void threads_leave(ThreadTable *table, Thread *thread) noexcept nogil
# Forgets everything but the tid; the second gives texts and descriptors back first.
cdef void thread_clear(Thread *thread, int64_t tid) noexcept nogil
cdef void thread_release(Thread *thread) noexcept nogil

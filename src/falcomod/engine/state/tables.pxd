# SPDX-License-Identifier: Apache-2.0
"""All state of one engine, and its Python face for seeding."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from falcomod.engine.state.containers cimport Container, ContainerTable
from falcomod.engine.state.domains cimport DomainTable
from falcomod.engine.state.fds cimport Fd
from falcomod.engine.state.pods cimport PodTable
from falcomod.engine.state.threads cimport Thread, ThreadTable
from falcomod.engine.state.users cimport NameTable
from falcomod.engine.types cimport Text

cdef enum:
    ENDED_MAX = 256              # ended threads that are kept for a while
    UNKNOWN_MAX = 256            # threads waiting to be looked up
    CPUS_MAX = 1024              # of which context switches are followed

# How long an ended thread is kept: records of different CPUs may come a little out of order,
# and alerts about its last calls name its ancestors.
cdef enum:
    GRACE_NS = 2000000000

cdef struct Ended:
    int64_t tid
    uint64_t exit_ns             # of the thread that is meant: a tid may be used again
    uint64_t due_ns              # when it is removed

cdef struct Tables:
    ThreadTable threads
    NameTable users              # uid → name, home, shell
    NameTable groups             # gid → name
    ContainerTable containers
    DomainTable domains          # that rules ask for
    PodTable pods                # of Kubernetes, by what was said of them
    uint64_t first_ns            # when the first event happened, 0: none has
    uint64_t previous_ns         # when the event before the current one did; of the first, its own time
    uint64_t current_ns
    uint32_t fd_limit            # descriptors of one process at the most
    uint64_t fds_refused
    uint64_t unknown_threads     # stubs made: events of threads that nobody described
    uint64_t unknown_lost        # … of them those that were not even queued for a look-up
    Ended ended[ENDED_MAX]       # a ring, oldest first
    uint32_t ended_first
    uint32_t ended_count
    uint64_t ended_due_ns        # of the oldest; all ones: there is none
    int64_t unknown[UNKNOWN_MAX] # tids to look up in /proc
    uint32_t unknown_count
    Fd closed                    # the descriptor that the current event closed, alive until the next event
    uint8_t is_marked            # 1: the current event has set one of the next ones, up to exec_ns
    uint8_t is_fd_renamed        # it changed the name of its descriptor
    uint8_t is_told_removed      # the container it tells of has ended
    Container *told              # container it tells of, held; NULL: none
    uint64_t exec_ns             # of a context switch: how long the thread had run
    uint64_t switched_ns[CPUS_MAX]         # the last context switch of each CPU; 0: none yet
    Container *own               # that the next event, of our own making, will tell of; held, or NULL
    Thread spare                 # stands in for a thread that the table refused; has no descriptors

# The record of a thread, made as a stub and queued for a look-up where there is none.
# NULL only for tid <= 0.
cdef Thread *tables_thread(Tables *tables, int64_t tid) noexcept nogil
# The one record for threads that the table refused, cleared for this tid.
cdef Thread *tables_spare(Tables *tables, int64_t tid) noexcept nogil
# Queues a thread for a look-up; counts it when the queue is full.
cdef void tables_ask(Tables *tables, int64_t tid) noexcept nogil
# Has a thread that ended (exit_ns is set) removed after its grace.
cdef void tables_end(Tables *tables, Thread *thread, uint64_t now_ns) noexcept nogil
# Removes the ended threads whose grace is over by now.
cdef void tables_expire(Tables *tables, uint64_t now_ns) noexcept nogil
# The container that a thread's cgroups name, which it is then in; of a thread in the pid
# namespace of a container that its cgroups do not name, that one.
cdef void tables_contain(Tables *tables, Thread *thread) noexcept nogil
# A program runs in the thread's container: its start is told, if it is known by then or will be.
cdef void tables_see(Tables *tables, const Thread *thread) noexcept nogil
# The container of a list of cgroups, added if it is new; NULL: the host.
cdef Container *tables_container_of(Tables *tables, const char *cgroups, uint32_t size) noexcept nogil
# Forgets what the last event has set for itself alone.
cdef void tables_unmark(Tables *tables) noexcept nogil
# A fresh descriptor of the thread's process; counts a refusal.
cdef Fd *tables_fd(Tables *tables, Thread *thread, int64_t number) noexcept nogil
# Puts text in place of *slot; keeps what is there if it is the same. Out of memory: NULL there.
cdef void text_set(Text **slot, const char *data, uint32_t size) noexcept nogil
# The same for texts shared with another thread.
cdef void text_inherit(Text **slot, Text *text) noexcept nogil


cdef class State:
    """Thread, descriptor and name tables of one engine.

    Seeded from Python (seed_thread, seed_fd, set_users), kept by events
    (state.update.apply) without the GIL.  Not for use from two threads at once.
    """

    cdef Tables tables

    cdef int settle(self, Thread *thread) except -1
    cdef Container *find_container(self, str id) except? NULL

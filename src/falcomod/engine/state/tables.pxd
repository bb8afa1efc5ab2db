# SPDX-License-Identifier: Apache-2.0
"""All state of one engine, and its Python face for seeding."""

from libc.stdint cimport int64_t, uint32_t, uint64_t

from falcomod.engine.decode.event cimport Event
from falcomod.engine.state.fds cimport Fd
from falcomod.engine.state.threads cimport Thread, ThreadTable
from falcomod.engine.state.users cimport NameTable

cdef struct Tables:
    ThreadTable threads
    NameTable users              # uid → name, home, shell
    NameTable groups             # gid → name
    uint32_t fd_limit            # descriptors of one process at the most
    uint64_t fds_refused
    uint64_t unknown_threads     # events of threads that nobody described
    uint64_t ended[256]          # tids of ended threads awaiting removal after their grace, a ring
    uint32_t ended_first
    uint32_t ended_count
    int64_t unknown[256]         # tids to look up in /proc, a ring; overflow is counted only
    uint32_t unknown_count
    Fd closed                    # the descriptor that the current event closed, alive until the next event


cdef class State:
    """Thread, descriptor and name tables of one engine.

    Seeded from Python (seed_thread, seed_fd, set_users), kept by events
    (state.update.apply) without the GIL.  Not for use from two threads at once.
    """

    cdef Tables tables

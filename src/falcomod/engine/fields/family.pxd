# SPDX-License-Identifier: Apache-2.0
"""Relatives of a process, and the facts that fields ask of any of them."""

from libc.stdint cimport int64_t

from falcomod.engine.state.context cimport Context
from falcomod.engine.state.threads cimport Thread
from falcomod.engine.types cimport Arg, Value

cdef enum Fact:
    FACT_NAME
    FACT_EXE
    FACT_EXEPATH
    FACT_CMDLINE
    FACT_ARGS
    FACT_ENV
    FACT_PID

# All of these take and give NULL for a process that is not known.
cdef Thread *main_of(Context *context) noexcept nogil                # of the event's thread
cdef Thread *parent_of(Context *context, Thread *thread) noexcept nogil
cdef Thread *ancestor_of(Context *context, int64_t level) noexcept nogil     # 0: the thread itself, 1: its parent …
# The process that leads the session or process group id, as numbered in the thread's pid namespace.
cdef Thread *leader_of(Context *context, int64_t id) noexcept nogil

# 1, or 0 where the process or the fact is not known; -1: memory is out.
cdef int give_fact(Context *context, Thread *thread, Fact fact, Value *out) except -1 nogil
# The same of the ancestor that arg picks; without arg, of ancestor number out.number of those
# of which the fact is known (the protocol of FIELD_ANY).
cdef int give_ancestor(Context *context, const Arg *arg, Fact fact, Value *out) except -1 nogil

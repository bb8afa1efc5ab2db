# SPDX-License-Identifier: Apache-2.0
"""One event together with everything known about it: what fields are computed from."""

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t, uint8_t

from falcomod.engine.decode.event cimport Event
from falcomod.engine.state.fds cimport Fd
from falcomod.engine.state.tables cimport Tables
from falcomod.engine.state.threads cimport Thread
from falcomod.engine.types cimport Arena

cdef struct Context:
    const Event *event
    Thread *thread               # that made the call; NULL only for events without a thread
    Fd *fd                       # the descriptor the event is about, or NULL; a close still has its own
    int64_t fd_number            # its number, -1: the event is about none
    Tables *tables               # threads, users, groups
    Arena *arena                 # for texts that are put together; reset before each event
    PyObject *document           # of an event that is JSON: what it parses to, borrowed; else NULL


cdef class ContextView:
    """An event during a callback: Python's hold on a Context, empty afterwards."""

    cdef Context *context        # NULL outside the callback
    cdef readonly str source     # "syscall"

    cdef const Event *event(self) except NULL    # ValueError outside the callback

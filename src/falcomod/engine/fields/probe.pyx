# SPDX-License-Identifier: Apache-2.0
"""Single records looked at without an engine: for tests, benches and tools."""

cimport cython
from libc.string cimport memset

from falcomod.engine.decode.event cimport FAULT_NONE, Event, decode
from falcomod.engine.state.context cimport Context, ContextView
from falcomod.engine.state.tables cimport State
from falcomod.engine.state.update cimport apply
from falcomod.engine.types cimport Arena, arena_free, arena_init, arena_reset


@cython.final
cdef class Probe:
    """One record after the other applied to a state, each with a view to compute fields from."""

    cdef State state
    cdef Event event
    cdef Context context
    cdef Arena arena
    cdef ContextView view
    cdef bytes record            # event points into it

    def __cinit__(self, State state not None):
        arena_init(&self.arena)
        memset(&self.event, 0, sizeof(self.event))
        memset(&self.context, 0, sizeof(self.context))
        self.state = state
        self.view = ContextView()
        self.context.event = &self.event
        self.context.arena = &self.arena
        self.context.tables = &state.tables

    def __dealloc__(self):
        if self.view is not None:
            self.view.context = NULL
        arena_free(&self.arena)

    def at(self, bytes record not None, int cpu=0) -> ContextView:
        """The view of the record, valid until the next one; ValueError when it is refused."""
        self.view.context = NULL
        self.record = record
        if decode(self.record, len(record), &self.event) != FAULT_NONE:
            raise ValueError("a record that decode() refuses")
        self.event.number += 1
        self.event.cpu = cpu
        arena_reset(&self.arena)
        apply(&self.context)
        self.view.context = &self.context
        return self.view

    def close(self) -> None:
        """Ends the view, as the end of a callback does."""
        self.view.context = NULL

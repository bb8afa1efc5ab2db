# SPDX-License-Identifier: Apache-2.0
"""One event together with everything known about it: Python's hold on it."""


cdef class ContextView:
    """An event during a callback; empty, and an error to use, afterwards.

    The engine makes one per run and points it at event after event.
    """

    def __cinit__(self, str source="syscall"):
        self.context = NULL
        self.source = source

    @property
    def is_valid(self) -> bool:
        """Whether the callback is still running."""
        return self.context != NULL

    @property
    def ts_ns(self) -> int:
        """When the call ended, in nanoseconds since the epoch."""
        return self.event().ts_ns

    @property
    def code(self) -> int:
        """The event's code, a key of decode.schema.EVENTS."""
        return self.event().code

    @property
    def number(self) -> int:
        """The event's number, counted from 1."""
        return self.event().number

    cdef const Event *event(self) except NULL:
        if self.context == NULL:
            raise ValueError("an event view is used after its callback has returned")
        return self.context.event

# SPDX-License-Identifier: Apache-2.0
"""The shape of an update function and of the tables that name them by event."""

from libc.stdint cimport uint16_t

from falcomod.engine.state.context cimport Context

# Applies one event. context.thread is the thread that made the call, and context.fd the
# descriptor it named, if that is known; functions of events that make or close a
# descriptor leave that one there instead. Called for failed calls, too.
ctypedef void (*UpdateFn)(Context *context) noexcept nogil

cdef struct UpdateRow:
    uint16_t code                # enum fm_event_code
    UpdateFn function            # NULL ends a table

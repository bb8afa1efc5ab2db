# SPDX-License-Identifier: Apache-2.0
"""What events change: applies one event with the function that its family names for it."""

from falcomod.engine.state.context cimport Context

# Applies the event to the tables and completes the context: thread, fd, fd_number.
# The thread is never NULL afterwards for an event with a tid (a stub is made for an
# unknown one, queued for a look-up). An ended thread and a closed descriptor are
# still there while their own event is looked at. context.event, .tables and .arena
# are set by the caller.
cdef int apply(Context *context) except -1 nogil

# SPDX-License-Identifier: Apache-2.0
"""Events that begin, replace and end processes."""

from falcomod.engine.state.update_row cimport UpdateRow

# Ends with a row whose function is NULL.
cdef const UpdateRow *process_updates() noexcept nogil
# Events of this code find their thread themselves: context.thread is NULL before.
cdef bint is_process_event(int code) noexcept nogil

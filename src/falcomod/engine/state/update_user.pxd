# SPDX-License-Identifier: Apache-2.0
"""Events about users and groups."""

from libc.stdint cimport uint16_t

from falcomod.engine.state.update_row cimport UpdateRow

cdef const UpdateRow *user_updates() noexcept nogil
# Whether the event is one of these, which no thread makes.
cdef bint is_user_event(uint16_t code) noexcept nogil

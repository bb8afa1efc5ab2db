# SPDX-License-Identifier: Apache-2.0
"""Events that tell what threads use."""

from falcomod.engine.state.update_row cimport UpdateRow

cdef const UpdateRow *usage_updates() noexcept nogil
# Context switches: also those of no thread count, so they look theirs up themselves.
cdef bint is_switch(int code) noexcept nogil

# SPDX-License-Identifier: Apache-2.0
"""Events that tell of containers, and processes that look after them."""

from falcomod.engine.state.tables cimport Tables
from falcomod.engine.state.threads cimport Thread
from falcomod.engine.state.update_row cimport UpdateRow

cdef const UpdateRow *container_updates() noexcept nogil
cdef bint is_container_event(int code) noexcept nogil
# Which probe of its container a process that has just executed its program is; Thread.probe.
cdef void find_probe(Tables *tables, Thread *thread) noexcept nogil

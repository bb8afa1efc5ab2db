# SPDX-License-Identifier: Apache-2.0
"""The event and system call tables, linked once for the whole engine."""

from libc.stdint cimport uint16_t

from falcomod.engine._uapi cimport fm_event_info, fm_syscall_info

# The row of an event; NULL: no such event.
cdef const fm_event_info *event_info(uint16_t code) noexcept nogil
# The row of a system call by its portable number FM_SC_…; NULL: no such call.
cdef const fm_syscall_info *syscall_info(uint16_t sc) noexcept nogil

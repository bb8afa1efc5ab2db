# SPDX-License-Identifier: Apache-2.0
"""Names of the kernel's numbers."""

from libc.stdint cimport int64_t, uint16_t, uint32_t

# "ENOENT" of 2; NULL where there is none.
cdef const char *errno_name(int64_t number) noexcept nogil
# "SIGKILL" of 9; NULL where there is none.
cdef const char *signal_name(uint32_t number) noexcept nogil
# "CAP_SYS_ADMIN" of 21; NULL where there is none.
cdef const char *capability_name(uint32_t number) noexcept nogil
# "https" of 443, by /etc/services once load_services() was called; NULL where there is none.
cdef const char *service_name(uint16_t port, bint is_udp) noexcept nogil

# SPDX-License-Identifier: Apache-2.0
"""The container that a list of cgroups names."""

from libc.stdint cimport uint32_t

# Writes the first 12 characters of the container's id and a NUL to out (CONTAINER_ID_SIZE
# bytes), "" for the host. cgroups: "subsystem=path" entries, each NUL-terminated.
cdef void container_id_of(const char *cgroups, uint32_t size, char *out) noexcept nogil

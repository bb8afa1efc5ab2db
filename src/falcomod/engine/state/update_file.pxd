# SPDX-License-Identifier: Apache-2.0
"""Events that make, copy and close descriptors other than sockets."""

from falcomod.engine.state.update_row cimport UpdateRow

# Ends with a row whose function is NULL.
cdef const UpdateRow *file_updates() noexcept nogil

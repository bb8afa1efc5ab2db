# SPDX-License-Identifier: Apache-2.0
"""Events that make sockets and tell of their ends."""

from falcomod.engine.state.update_row cimport UpdateRow

# Ends with a row whose function is NULL.
cdef const UpdateRow *socket_updates() noexcept nogil

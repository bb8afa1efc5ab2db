# SPDX-License-Identifier: Apache-2.0
"""Events that change what a process is: ids, names, rights, limits, directories."""

from falcomod.engine.state.update_row cimport UpdateRow

# Ends with a row whose function is NULL.
cdef const UpdateRow *ids_updates() noexcept nogil

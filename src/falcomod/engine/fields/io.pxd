# SPDX-License-Identifier: Apache-2.0
"""What kind of input or output a call is."""

from falcomod.engine.state.context cimport Context

# Whether the call writes to /dev/log.
cdef bint is_syslog(Context *context) noexcept nogil

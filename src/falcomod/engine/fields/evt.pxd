# SPDX-License-Identifier: Apache-2.0
"""Times of events, as fields give them."""

from libc.stdint cimport uint64_t

from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Value

# The local time of day, with or without date and nanoseconds.
cdef int give_clock(Context *context, Value *out, bint date, bint fraction) except -1 nogil
# Nanoseconds since another event; 0: that is younger.
cdef int give_since(Context *context, uint64_t ts_ns, Value *out) noexcept nogil
# Of nanoseconds in *out: 1 and 0 as has_value.
cdef int whole_seconds(int has_value, Value *out) noexcept nogil
cdef int beyond_seconds(int has_value, Value *out) noexcept nogil

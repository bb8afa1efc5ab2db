# SPDX-License-Identifier: Apache-2.0
"""Parameters of an event as text and as numbers, each by its type."""

from libc.stdint cimport int64_t, uint8_t, uint32_t

from falcomod.engine._uapi cimport fm_param_info
from falcomod.engine.decode.event cimport Event
from falcomod.engine.fields.writer cimport Writer
from falcomod.engine.state.context cimport Context

# Whether the type's values are numbers, signed ones among them.
cdef bint is_number(uint8_t type) noexcept nogil
cdef bint is_signed(uint8_t type) noexcept nogil
# The number at index: 1, or 0 where the parameter is absent or no number.
cdef bint number_of(const Event *event, uint32_t index, int64_t *out) noexcept nogil
# What the call returned: 1, or 0 where the event has no such thing.
cdef bint return_value(const Event *event, int64_t *out) noexcept nogil

# The parameter as it is stored: 1, or 0 where it is absent.
cdef bint put_plain(Writer *writer, Context *context, uint32_t index) noexcept nogil
# What it stands for (names of flags, errors, users, the file of a descriptor): 1, or 0 where
# that is nothing more.
cdef bint put_resolved(Writer *writer, Context *context, uint32_t index) noexcept nogil
# A path made absolute: 1, or 0 where the parameter is absent or "". index is that of a string.
cdef bint put_path(Writer *writer, Context *context, uint32_t index) noexcept nogil

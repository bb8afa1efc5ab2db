# SPDX-License-Identifier: Apache-2.0
"""Values out of the JSON document that an event is."""

from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Value

cdef enum:
    ITEMS_MAX = 4096             # of one list; further ones are left out

# What keys lead to from value, through objects by name and through lists by number;
# MISSING where they lead nowhere. JSON's null is None.
cdef object value_at(object value, tuple keys)
# As printed and compared: a text as it is, everything else as compact JSON.
cdef str text_of(object value)
# The ends of a field's function. A text, or 0 for None.
cdef int give_string(Context *context, str text, Value *out) except -1
# A list of texts; an empty one is no value.
cdef int give_strings(Context *context, list texts, Value *out) except -1

# SPDX-License-Identifier: Apache-2.0
"""Transformers: functions of the rule language that make a value of other values."""

from libc.stdint cimport uint8_t, uint32_t

from falcomod.engine.fields.field cimport FieldFn
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value

# One argument of a transformer: a field, a constant or a further transformer.
cdef struct Term:
    FieldFn function
    const Arg *arg
    uint8_t is_list              # its value is a list of texts
    uint8_t is_buffer            # of bytes, which may end in NULs that do not count

# What the Arg of a transformer's function leads to, in its call.
cdef struct Call:
    uint32_t count
    const Term *terms
    uint8_t option               # getopt(…)[c]: c; 0: none


cdef class Transformer:
    """A row of TRANSFORMERS: what is said about a transformer, and the function that is it."""

    cdef FieldFn function
    cdef readonly str name
    cdef readonly str doc        # one line
    cdef readonly tuple arguments    # of each: "text", "list", "text or list" …: see ARGUMENT_KINDS
    cdef readonly bint is_variadic   # any number of arguments more, of the kind of the last
    cdef readonly bint has_option    # may be followed by [c]
    cdef readonly str result     # "same" as of the first argument, "text", "list" or "number"

# Functions of what is no field: a constant, and a list of texts.
cdef int give_constant(Context *context, const Arg *arg, Value *out) except -1 nogil
cdef int give_list(Context *context, const Arg *arg, Value *out) except -1 nogil

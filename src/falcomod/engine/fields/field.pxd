# SPDX-License-Identifier: Apache-2.0
"""The shape of a field: its function and its row."""

from libc.stdint cimport uint8_t

from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value

# 1: out holds the value; 0: no value (which is never "" and never -1); -1: a Python error.
ctypedef int (*FieldFn)(Context *context, const Arg *arg, Value *out) except -1 nogil

# Whether a field takes an argument.
cdef enum ArgRule:
    ARG_NONE
    ARG_OPTIONAL
    ARG_REQUIRED

cdef struct FieldRow:
    const char *name             # "proc.exepath"
    FieldFn function
    uint8_t type                 # FM_PT_…: the field's type, which decides operators and printing
    uint8_t argument             # ArgRule
    uint8_t flags                # FIELD_…
    const char *doc              # one line

cdef enum:
    FIELD_FILTER_ONLY = 1        # no printing (fd.ip, fd.net)
    FIELD_ANY = 2                # several candidates: see matches below (proc.aname, fd.ip)
    FIELD_DEPRECATED = 4
    FIELD_HEX = 8                # printed in hexadecimal
    FIELD_ENDS = 16              # with FIELD_ANY: the two ends of a connection (fd.ip, fd.port, fd.net)
    FIELD_NAMED = 32             # the argument is a name and may follow a dot (evt.arg.flags)
    FIELD_INDEX = 64             # the argument is a number (proc.aname[2])
    FIELD_PADDED = 128           # printed with at least nine digits (nanoseconds of a second)

# For FIELD_ANY fields the evaluator asks for candidate after candidate: function is
# called with out.number = 0, 1, 2 … on entry until it returns 0; the check holds as
# soon as one candidate satisfies it (with FIELD_ENDS and !=: all must). Where such a
# field takes an argument that picks one (proc.aname[2]), its FieldRef has no FIELD_ANY.


cdef class FieldRef:
    """A field with its argument, ready to be evaluated."""

    cdef FieldRow row            # a copy; evt.rawarg's has the type of the parameter asked for
    cdef Arg arg                 # arg.text points into _argument, arg.parameter into _parameter
    cdef bytes _argument
    cdef bytes _parameter
    cdef readonly str name       # as written: "proc.aname[2]"
    cdef readonly object info    # FieldInfo


# Declares a field; stands under its function and runs when its module is imported.
cdef int bind(str name, uint8_t type, uint8_t flags, uint8_t argument, FieldFn function, str doc) except -1
# Calls prepare(ref) for every reference to the field made from now on, so that it can
# check the argument or look it up. prepare raises FieldError.
cdef int on_reference(str name, object prepare) except -1

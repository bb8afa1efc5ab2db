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

# For FIELD_ANY fields the evaluator asks for candidate after candidate: function is
# called with out.number = 0, 1, 2 … on entry until it returns 0; the check holds as
# soon as one candidate satisfies it (with FIELD_ENDS and !=: all must). Where such a
# field takes an argument that picks one (proc.aname[2]), its FieldRef has no FIELD_ANY.


cdef class FieldRef:
    """A field with its argument, ready to be evaluated."""

    cdef FieldRow row            # a copy
    cdef Arg arg                 # arg.text points into _argument
    cdef bytes _argument
    cdef readonly str name       # as written: "proc.aname[2]"
    cdef readonly object info    # FieldInfo

# SPDX-License-Identifier: Apache-2.0
"""The shape of a field: its function and its row."""

from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.string cimport strlen

from falcomod.engine.state.context cimport Context, ContextView
from falcomod.engine.types cimport Arg, Text, Value

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
    uint32_t flags               # FIELD_…
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
    FIELD_LIST = 256             # the value is a list of texts (fd.types)
    FIELD_PRINT_ONLY = 512       # no comparing (evt.outputtime)
    FIELD_TABLE_ONLY = 1024      # for tables of other tools: not shown in lists of fields
    FIELD_NO_RHS = 2048          # not in val()
    FIELD_NO_TRANSFORMER = 4096  # no argument of a transformer
    FIELD_WITHIN = 8192          # "=" means at most: a distance (evt.around[T])
    FIELD_KEYED = 16384          # with FIELD_NAMED: dots, slashes and dashes are part of the name (k8s.pod.label.app/name)

# For FIELD_ANY fields the evaluator asks for candidate after candidate: function is
# called with out.number = 0, 1, 2 … on entry until it returns 0; the check holds as
# soon as one candidate satisfies it (with FIELD_ENDS and !=: all must). Where such a
# field takes an argument that picks one (proc.aname[2]), its FieldRef has no FIELD_ANY.


cdef class FieldRef:
    """A field with its argument, or an expression of transformers, ready to be evaluated."""

    cdef FieldRow row            # a copy; evt.rawarg's has the type of the parameter asked for
    cdef Arg arg                 # arg.text points into _argument, arg.parameter into _parameter
    cdef bytes _argument
    cdef bytes _parameter
    cdef readonly str name       # as written: "proc.aname[2]"; an expression's is canonical
    cdef readonly object info    # FieldInfo
    cdef readonly tuple fields   # names of the plain fields in it: its own, or those of an expression

    cdef int take_argument(self, str argument) except -1
    # The value of a view's event: 1, or 0 for none. ValueError after the callback.
    cdef int extract(self, ContextView view, Value *out) except -1


# Begins a class of fields, to which those declared from now on belong: as it is called in
# lists of fields, a line about it, and the event sources that have it.
cdef int begin_class(str name, str title, str doc, tuple sources) except -1
# Declares a field; stands under its function and runs when its module is imported.
cdef int bind(str name, uint8_t type, uint32_t flags, uint8_t argument, FieldFn function, str doc) except -1
# Calls prepare(ref) for every reference to the field made from now on, so that it can
# check the argument or look it up. prepare raises FieldError.
cdef int on_reference(str name, object prepare) except -1


# The ends of a field's function, for what a field can be.

cdef inline int give_number(Value *out, int64_t number) noexcept nogil:
    out.number = number
    return 1

# NUL-terminated; NULL: no value.
cdef inline int give_word(Value *out, const char *word) noexcept nogil:
    if word is NULL:
        return 0
    out.text.data = word
    out.text.size = <uint32_t>strlen(word)
    return 1

# NULL: no value.
cdef inline int give_text(Value *out, Text *text) noexcept nogil:
    if text is NULL:
        return 0
    out.text.data = text.data
    out.text.size = text.size
    return 1

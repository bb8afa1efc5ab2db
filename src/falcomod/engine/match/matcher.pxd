# SPDX-License-Identifier: Apache-2.0
"""The prepared right side of a check: constants and the function that compares a value with them."""

from libc.stdint cimport int64_t

from falcomod.engine.types cimport Str, Value


# What a comparison needs; which members count is known to the Holds function beside it.
cdef struct Constant:
    Str text                     # the one text or address
    int64_t number               # the one number; unsigned types: the same 64 bits
    double real
    const void *table            # a set, pattern, tree or list

# What the value of another field, on the right side, is compared as.
cdef inline void constant_of(const Value *value, Constant *constant) noexcept nogil:
    constant.text = value.text
    constant.number = value.number
    constant.real = value.real
    constant.table = value           # for lists


# Whether a value satisfies the check. It is called for values that are there only.
ctypedef bint (*Holds)(const Constant *constant, const Value *value) noexcept nogil


cdef class Comparison:
    """A row of the tables of operators: a function and two guesses, which only order evaluation."""

    cdef Holds holds
    cdef int cost                # of one comparison, about in ns
    cdef int chance              # that it holds, in percent


cdef class Matcher:
    """One prepared check, its field left open.

    Owns everything its constant points to, so it must outlive every copy of it.
    """

    cdef Constant constant
    cdef Holds holds
    cdef object owned            # keeps the memory behind constant alive
    cdef readonly int cost       # see Comparison
    cdef readonly int chance


cdef Comparison comparison(Holds holds, int cost, int chance)
cdef Matcher matcher_new(Comparison row)

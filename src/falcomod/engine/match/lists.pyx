# SPDX-License-Identifier: Apache-2.0
"""Checks of lists of texts.

``in`` wants every item of the list among the constants, ``intersects`` one at least.
A list without items is none of this.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcmp

from falcomod.engine.match.matcher cimport Constant, Matcher, comparison, matcher_new
from falcomod.engine.match.textset cimport TextSet, TextSetOwner, textset_has, textset_new
from falcomod.engine.types cimport Str, Value

from falcomod.engine.match.texts import encoded

cdef enum:
    PAIRS_MAX = 1 << 22          # of items of two lists; more are not compared, and nothing holds


cdef bint within(const Constant *constant, const Value *value) noexcept nogil:
    cdef const TextSet *members = <const TextSet *>constant.table
    cdef int64_t i
    for i in range(value.number):
        if not textset_has(members, value.items[i].data, value.items[i].size):
            return False
    return value.number > 0


cdef bint meets(const Constant *constant, const Value *value) noexcept nogil:
    cdef const TextSet *members = <const TextSet *>constant.table
    cdef int64_t i
    for i in range(value.number):
        if textset_has(members, value.items[i].data, value.items[i].size):
            return True
    return False


cdef bint within_other(const Constant *constant, const Value *value) noexcept nogil:
    # table is the other list.
    cdef const Value *other = <const Value *>constant.table
    cdef int64_t i
    if not _comparable(value, other):
        return False
    for i in range(value.number):
        if not _has(other, &value.items[i]):
            return False
    return True


cdef bint meets_other(const Constant *constant, const Value *value) noexcept nogil:
    cdef const Value *other = <const Value *>constant.table
    cdef int64_t i
    if not _comparable(value, other):
        return False
    for i in range(value.number):
        if _has(other, &value.items[i]):
            return True
    return False


cdef inline bint _comparable(const Value *value, const Value *other) noexcept nogil:
    return value.number > 0 and other.number > 0 and value.number <= PAIRS_MAX // other.number


cdef bint _has(const Value *list_, const Str *item) noexcept nogil:
    cdef int64_t i
    for i in range(list_.number):
        if list_.items[i].size == item.size and memcmp(list_.items[i].data, item.data, item.size) == 0:
            return True
    return False


def items(int kind, str operator, values) -> Matcher:
    """A check of a list of texts."""
    cdef Matcher matcher = matcher_new(LIST[operator])
    cdef TextSetOwner members = textset_new([encoded(value) for value in values])
    matcher.owned = members
    matcher.constant.table = &members.table
    return matcher


def between_lists(int kind) -> dict:
    """Rows for another list on the right side."""
    return BETWEEN


LIST = {
    "in": comparison(within, 12, 10),
    "intersects": comparison(meets, 12, 20),
}

BETWEEN = {
    "in": comparison(within_other, 20, 10),
    "intersects": comparison(meets_other, 20, 20),
}

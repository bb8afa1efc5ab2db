# SPDX-License-Identifier: Apache-2.0
"""Checks of texts and byte buffers.

Texts are bytes without encoding: what a process passed to the kernel need not
be UTF-8, and comparison by bytes is what the rule language means.  Order is
that of bytes; "any case" is that of ASCII.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcmp

from falcomod.engine.match.glob cimport Glob, GlobOwner, glob_fits, glob_matches, glob_new
from falcomod.engine.match.matcher cimport Constant, Matcher, comparison, matcher_new
from falcomod.engine.match.pathtree cimport PathTree, PathTreeOwner, pathtree_covers, pathtree_new
from falcomod.engine.match.textset cimport TextSet, TextSetOwner, textset_has, textset_new
from falcomod.engine.types cimport Str, Value

from falcomod.engine.match.regex import FORMS, regex
from falcomod.errors import CheckError

cdef enum:
    TRIES_MAX = 16               # bytes that look like the beginning of a match and are not

cdef extern from "string.h" nogil:
    # GNU; in the C library of every host this runs on. Linear time.
    void *memmem(const void *haystack, size_t haystack_size, const void *needle, size_t needle_size)


cdef bint equal(const Constant *constant, const Value *value) noexcept nogil:
    return (
        value.text.size == constant.text.size
        and memcmp(value.text.data, constant.text.data, constant.text.size) == 0
    )


cdef bint differs(const Constant *constant, const Value *value) noexcept nogil:
    return not equal(constant, value)


cdef bint less(const Constant *constant, const Value *value) noexcept nogil:
    return _order(&value.text, &constant.text) < 0


cdef bint at_most(const Constant *constant, const Value *value) noexcept nogil:
    return _order(&value.text, &constant.text) <= 0


cdef bint greater(const Constant *constant, const Value *value) noexcept nogil:
    return _order(&value.text, &constant.text) > 0


cdef bint at_least(const Constant *constant, const Value *value) noexcept nogil:
    return _order(&value.text, &constant.text) >= 0


cdef bint contains(const Constant *constant, const Value *value) noexcept nogil:
    return memmem(value.text.data, value.text.size, constant.text.data, constant.text.size) is not NULL


cdef bint contains_by_rarest(const Constant *constant, const Value *value) noexcept nogil:
    # Looks for the constant's rarest byte, at constant.number: nearly always there is none, and
    # memmem() first makes a table. A value of many such bytes is left to it, as it is linear.
    cdef uint32_t size = constant.text.size
    cdef uint32_t offset = <uint32_t>constant.number
    cdef const char *start = value.text.data
    cdef const char *found
    cdef uint32_t left, tries
    if size == 0:
        return True
    if size > value.text.size:
        return False
    left = value.text.size - size + 1
    for tries in range(<uint32_t>TRIES_MAX):
        found = <const char *>memchr(start + offset, constant.text.data[offset], left)
        if found is NULL:
            return False
        found -= offset
        if memcmp(found, constant.text.data, size) == 0:
            return True
        left -= <uint32_t>(found - start) + 1
        start = found + 1
        if left == 0:
            return False
    return memmem(start, left + size - 1, constant.text.data, size) is not NULL


cdef bint contains_any_case(const Constant *constant, const Value *value) noexcept nogil:
    # The constant is in lower case. Its length, which a rule's author chose, bounds
    # the work per byte of the value.
    cdef uint32_t size = constant.text.size
    cdef uint32_t start, i
    if size > value.text.size:
        return False
    for start in range(value.text.size - size + 1):
        i = 0
        while i < size and _lower(value.text.data[start + i]) == <uint8_t>constant.text.data[i]:
            i += 1
        if i == size:
            return True
    return False


cdef bint contains_other_any_case(const Constant *constant, const Value *value) noexcept nogil:
    # Neither side is prepared, and both may be long: in lower case, memmem() can tell.
    cdef size_t size = value.text.size
    cdef char *lower
    cdef bint found
    if constant.text.size > value.text.size:
        return False
    lower = <char *>malloc(size + constant.text.size + 1)
    if lower is NULL:
        return False
    _lower_all(value.text.data, value.text.size, lower)
    _lower_all(constant.text.data, constant.text.size, lower + size)
    found = memmem(lower, size, lower + size, constant.text.size) is not NULL
    free(lower)
    return found


cdef bint starts_with(const Constant *constant, const Value *value) noexcept nogil:
    return (
        value.text.size >= constant.text.size
        and memcmp(value.text.data, constant.text.data, constant.text.size) == 0
    )


cdef bint ends_with(const Constant *constant, const Value *value) noexcept nogil:
    return (
        value.text.size >= constant.text.size
        and memcmp(
            value.text.data + (value.text.size - constant.text.size),
            constant.text.data,
            constant.text.size,
        ) == 0
    )


cdef bint member(const Constant *constant, const Value *value) noexcept nogil:
    return textset_has(<const TextSet *>constant.table, value.text.data, value.text.size)


cdef bint like(const Constant *constant, const Value *value) noexcept nogil:
    return glob_matches(<const Glob *>constant.table, value.text.data, value.text.size)


cdef bint like_other(const Constant *constant, const Value *value) noexcept nogil:
    return glob_fits(&constant.text, False, value.text.data, value.text.size)


cdef bint like_other_any_case(const Constant *constant, const Value *value) noexcept nogil:
    return glob_fits(&constant.text, True, value.text.data, value.text.size)


cdef bint below(const Constant *constant, const Value *value) noexcept nogil:
    return pathtree_covers(<const PathTree *>constant.table, value.text.data, value.text.size)


cdef inline int _order(const Str *left, const Str *right) noexcept nogil:
    cdef int order = memcmp(left.data, right.data, min(left.size, right.size))
    if order:
        return order
    return (left.size > right.size) - (left.size < right.size)


cdef void _lower_all(const char *data, uint32_t size, char *out) noexcept nogil:
    cdef uint32_t i
    for i in range(size):
        out[i] = <char>_lower(data[i])


cdef inline uint8_t _lower(char byte) noexcept nogil:
    cdef uint8_t code = <uint8_t>byte
    return code + 32 if c"A" <= code <= c"Z" else code


def text(int kind, str operator, values) -> Matcher:
    """A check of a string or path."""
    return _prepare(TEXT, operator, [encoded(value) for value in values])


def buffer(int kind, str operator, values) -> Matcher:
    """A check of a byte buffer; bcontains and bstartswith take hexadecimal digits."""
    if operator in HEXADECIMAL:
        return _prepare(BUFFER, operator, [_from_hexadecimal(operator, value) for value in values])
    return _prepare(BUFFER, operator, [encoded(value) for value in values])


def between_texts(int kind) -> dict:
    """Rows for another field on the right side, which is a list of one."""
    rows = TEXT | {"in": TEXT["="], "intersects": TEXT["="]} | OTHER
    del rows["regex"], rows["pmatch"]
    return rows


def between_buffers(int kind) -> dict:
    """As between_texts()."""
    return BUFFER | {"in": BUFFER["="], "intersects": BUFFER["="]}


def encoded(value: str) -> bytes:
    """The bytes that *value* stands for; escapes of undecodable bytes become those bytes."""
    if "\0" in value:
        raise CheckError(f"value {value!r} holds a NUL character, which no text of the kernel can contain")
    return value.encode("utf-8", "surrogateescape")


cdef bytes _from_hexadecimal(str operator, str value):
    try:
        # fromhex() would also take blanks.
        return bytes.fromhex(value if value.isalnum() else "?")
    except ValueError:
        raise CheckError(
            f"'{value}' is not hexadecimal: bcontains and bstartswith operator support hex strings only"
        ) from None


cdef Matcher _prepare(dict rows, str operator, list values):
    cdef Matcher matcher
    cdef TextSetOwner members
    cdef GlobOwner pattern
    cdef PathTreeOwner paths
    if operator == "regex":
        return regex(values[0])
    matcher = matcher_new(rows[operator])
    if operator in ("in", "intersects"):
        members = textset_new(values)
        matcher.owned = members
        matcher.constant.table = &members.table
    elif operator == "pmatch":
        paths = pathtree_new(values)
        matcher.owned = paths
        matcher.constant.table = &paths.tree
    elif operator in ("glob", "iglob"):
        pattern = glob_new(values[0], operator == "iglob")
        matcher.owned = pattern
        matcher.constant.table = &pattern.glob
    else:
        _keep_text(matcher, values[0].lower() if operator == "icontains" else values[0])
    if matcher.holds == contains_by_rarest:
        matcher.constant.number = _rarest(values[0])
    return matcher


def _rarest(text):
    """The offset of the byte that is rarest in paths and command lines; of none, 0."""
    return max(range(len(text)), key=lambda at: RARITY.find(text[at]) % 256, default=0)


cdef int _keep_text(Matcher matcher, bytes value) except -1:
    matcher.owned = value
    matcher.constant.text.data = PyBytes_AS_STRING(value)
    matcher.constant.text.size = <uint32_t>PyBytes_GET_SIZE(value)
    return 0


HEXADECIMAL = frozenset(("bcontains", "bstartswith"))

# Bytes of paths and command lines, the most frequent first; others are rarer.
RARITY = b"\0/eastirnolcdpum-.hbgf0123yv_k456789wx =:,qjzERSTLACOINPDMUBFGHXVYKWJQZ"

TEXT = {
    "=": comparison(equal, 2, 10),
    "!=": comparison(differs, 2, 90),
    "<": comparison(less, 4, 50),
    "<=": comparison(at_most, 4, 50),
    ">": comparison(greater, 4, 50),
    ">=": comparison(at_least, 4, 50),
    "contains": comparison(contains_by_rarest, 10, 10),
    "icontains": comparison(contains_any_case, 60, 10),
    "startswith": comparison(starts_with, 3, 10),
    "endswith": comparison(ends_with, 3, 10),
    "glob": comparison(like, 15, 10),
    "iglob": comparison(like, 15, 10),
    "regex": FORMS["regex"],
    "in": comparison(member, 6, 15),
    "intersects": comparison(member, 6, 15),
    "pmatch": comparison(below, 30, 15),
}

BUFFER = {
    "=": comparison(equal, 2, 10),
    "!=": comparison(differs, 2, 90),
    "contains": comparison(contains_by_rarest, 10, 10),
    "startswith": comparison(starts_with, 3, 10),
    "endswith": comparison(ends_with, 3, 10),
    "bcontains": comparison(contains_by_rarest, 10, 10),
    "bstartswith": comparison(starts_with, 3, 10),
    "in": comparison(member, 6, 10),
    "intersects": comparison(member, 6, 10),
}

# Where a constant would be prepared, and another field is on the right side.
OTHER = {
    "contains": comparison(contains, 20, 10),
    "icontains": comparison(contains_other_any_case, 80, 10),
    "glob": comparison(like_other, 200, 10),
    "iglob": comparison(like_other_any_case, 200, 10),
}

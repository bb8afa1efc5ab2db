# SPDX-License-Identifier: Apache-2.0
"""Regular expressions: those of RE2, in POSIX syntax, which must fit all of a text.

RE2 takes time linear in the text and bounded memory, whatever the pattern; Python's own
expressions take neither.  A text that is no UTF-8 is matched with U+FFFD in place of
every maximal part that could not go on to be a character, as Python's decoder puts it.
What a plain comparison can tell is left to one.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcmp, memcpy
from libcpp.string cimport string

from falcomod.engine.match.matcher cimport Constant, Matcher, comparison, matcher_new
from falcomod.engine.types cimport Value

import re

from falcomod.errors import CheckError

cdef extern from "string.h" nogil:
    const void *memmem(const void *haystack, size_t haystack_size, const void *needle, size_t needle_size)

cdef extern from "re2/re2.h" namespace "re2" nogil:
    cdef cppclass StringPiece:
        StringPiece(const char *data, size_t size)

    cdef cppclass Options "re2::RE2::Options":
        Options()
        void set_posix_syntax(bint)
        void set_longest_match(bint)
        void set_never_capture(bint)
        void set_log_errors(bint)
        void set_max_mem(int64_t)

    ctypedef enum Anchor "re2::RE2::Anchor":
        ANCHOR_BOTH "re2::RE2::ANCHOR_BOTH"

    cdef cppclass RE2:
        RE2(const StringPiece &pattern, const Options &options)
        bint ok()
        const string &error()
        bint Match(
            const StringPiece &text, size_t start, size_t end, Anchor anchor, StringPiece *groups, int count
        )

cdef enum:
    # Bytes that one expression may take: a quarter of them for its program, beyond which it
    # is refused, the rest for what it learns about texts, which RE2 forgets when it is full.
    MEMORY_MAX = 8 << 20

cdef const char *REPLACEMENT = b"\xef\xbf\xbd"       # U+FFFD

# ASCII without meaning in a pattern.
PLAIN = re.compile(rb"[\x01-\x09\x0b-\x1f !\"#%&',/0-9:;<=>@A-Z_`a-z~-]*")


cdef class RegexOwner:
    """A compiled expression."""

    cdef RE2 *expression

    def __dealloc__(self):
        del self.expression


cdef bint fits(const Constant *constant, const Value *value) noexcept nogil:
    cdef const char *data = value.text.data
    cdef uint32_t size = value.text.size
    cdef uint32_t whole = _well_formed(<const uint8_t *>data, size)
    cdef uint32_t length
    cdef char *repaired
    cdef bint result
    if whole == size:
        return _matches(<RE2 *>constant.table, data, size)
    # Rare, and as long as the text thrice at most.
    repaired = <char *>malloc(3 * <size_t>size)
    if repaired is NULL:
        return False
    length = _repair(<const uint8_t *>data, size, repaired)
    result = _matches(<RE2 *>constant.table, repaired, length)
    free(repaired)
    return result


cdef inline bint _matches(RE2 *expression, const char *data, uint32_t size) noexcept nogil:
    return expression.Match(StringPiece(data, size), 0, size, ANCHOR_BOTH, NULL, 0)


# Expressions of a plain text with ".*" before or after it, which no line end may be in.

cdef bint equals(const Constant *constant, const Value *value) noexcept nogil:
    return (
        value.text.size == constant.text.size
        and memcmp(value.text.data, constant.text.data, constant.text.size) == 0
    )


cdef bint starts_line(const Constant *constant, const Value *value) noexcept nogil:
    return (
        value.text.size >= constant.text.size
        and memcmp(value.text.data, constant.text.data, constant.text.size) == 0
        and _is_line(value)
    )


cdef bint ends_line(const Constant *constant, const Value *value) noexcept nogil:
    return (
        value.text.size >= constant.text.size
        and memcmp(
            value.text.data + (value.text.size - constant.text.size), constant.text.data, constant.text.size
        ) == 0
        and _is_line(value)
    )


cdef bint is_in_line(const Constant *constant, const Value *value) noexcept nogil:
    return (
        memmem(value.text.data, value.text.size, constant.text.data, constant.text.size) is not NULL
        and _is_line(value)
    )


cdef inline bint _is_line(const Value *value) noexcept nogil:
    return value.text.size == 0 or memchr(value.text.data, c"\n", value.text.size) is NULL


def regex(bytes pattern not None) -> Matcher:
    """The check of a text by *pattern*; raises CheckError for one that RE2 refuses."""
    cdef Matcher matcher
    cdef RegexOwner owner
    cdef bytes plain
    name, plain = plain_form(pattern)
    matcher = matcher_new(FORMS[name])
    if name != "regex":
        matcher.owned = plain
        matcher.constant.text.data = PyBytes_AS_STRING(plain)
        matcher.constant.text.size = <uint32_t>PyBytes_GET_SIZE(plain)
        return matcher
    owner = compiled(pattern)
    matcher.owned = owner
    matcher.constant.table = owner.expression
    return matcher


def plain_form(bytes pattern not None) -> tuple:
    """(operator, text) that say the same of texts of one line; ("regex", pattern) where none does."""
    for name, before, after in PLAIN_FORMS:
        if len(pattern) >= len(before) + len(after) and pattern.startswith(before) and pattern.endswith(after):
            plain = pattern[len(before):len(pattern) - len(after)]
            if PLAIN.fullmatch(plain):
                return name, plain
    return "regex", pattern


def compiled(bytes pattern not None) -> RegexOwner:
    """The expression of RE2."""
    cdef RegexOwner owner = RegexOwner.__new__(RegexOwner)
    cdef Options options
    cdef bytes message
    options.set_posix_syntax(True)
    options.set_longest_match(True)
    options.set_never_capture(True)
    options.set_log_errors(False)
    options.set_max_mem(MEMORY_MAX)
    owner.expression = new RE2(
        StringPiece(PyBytes_AS_STRING(pattern), PyBytes_GET_SIZE(pattern)), options
    )
    if not owner.expression.ok():
        written = pattern.decode("utf-8", "replace")
        message = owner.expression.error()
        reason = message.decode("utf-8", "replace")
        if "too large" in reason:
            raise CheckError(f"regex too large: '{written[:60]}' would need more than {MEMORY_MAX >> 20} MiB")
        raise CheckError(f"invalid regular expression '{written}': {reason}")
    return owner


# UTF-8 ---------------------------------------------------------------------------------


cdef uint32_t _well_formed(const uint8_t *data, uint32_t size) noexcept nogil:
    """How many bytes at the start are whole characters."""
    cdef uint32_t at = 0
    cdef uint64_t word
    cdef uint32_t length
    while at < size:
        if at + 8 <= size:
            memcpy(&word, data + at, 8)
            if word & <uint64_t>0x8080808080808080 == 0:
                at += 8
                continue
        length = 0
        if not _character(data + at, size - at, &length):
            return at
        at += length
    return at


cdef uint32_t _repair(const uint8_t *data, uint32_t size, char *out) noexcept nogil:
    """Copies characters, and U+FFFD for what is none; returns how many bytes it wrote, at most three for one."""
    cdef uint32_t at = 0
    cdef uint32_t place = 0
    cdef uint32_t length
    while at < size:
        length = 0
        if _character(data + at, size - at, &length):
            memcpy(out + place, data + at, length)
            place += length
        else:
            memcpy(out + place, REPLACEMENT, 3)
            place += 3
        at += length
    return place


cdef bint _character(const uint8_t *data, uint32_t size, uint32_t *length) noexcept nogil:
    """Whether a character begins here; its length, or that of what could have become one (Unicode, table 3-7)."""
    cdef uint8_t lead = data[0]
    cdef uint8_t low = 0x80
    cdef uint8_t high = 0xBF
    cdef uint32_t count = 1
    cdef uint32_t i
    length[0] = 1
    if lead < 0x80:
        return True
    if lead < 0xC2 or lead > 0xF4:
        return False
    if lead >= 0xF0:
        count = 3
        low = 0x90 if lead == 0xF0 else 0x80
        high = 0x8F if lead == 0xF4 else 0xBF
    elif lead >= 0xE0:
        count = 2
        low = 0xA0 if lead == 0xE0 else 0x80
        high = 0x9F if lead == 0xED else 0xBF
    for i in range(1, count + 1):
        if i >= size or data[i] < low or data[i] > high:
            return False
        length[0] += 1
        low, high = 0x80, 0xBF
    return True


def repaired(bytes text not None) -> bytes:
    """The text that an expression sees; for tests."""
    cdef char *out = <char *>malloc(3 * <size_t>len(text) + 1)
    if out is NULL:
        raise MemoryError
    try:
        size = _repair(<const uint8_t *>PyBytes_AS_STRING(text), <uint32_t>len(text), out)
        return out[:size]
    finally:
        free(out)


FORMS = {
    "regex": comparison(fits, 150, 10),
    "=": comparison(equals, 2, 10),
    "startswith": comparison(starts_line, 8, 10),
    "endswith": comparison(ends_line, 8, 10),
    "contains": comparison(is_in_line, 25, 10),
}

# (what does the same, what stands before the plain text, and after it)
PLAIN_FORMS = (
    ("=", b"", b""),
    ("contains", b".*", b".*"),
    ("startswith", b"", b".*"),
    ("endswith", b".*", b""),
)

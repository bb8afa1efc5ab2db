# SPDX-License-Identifier: Apache-2.0
"""Wildcard patterns with the meaning of fnmatch(3) without flags, on bytes.

``*`` and ``?`` cross slashes, ``[a-z]``, ``[!x]`` and ``[[:digit:]]`` are sets,
a backslash takes the next character literally, an unclosed bracket stands for
itself.  Patterns are turned into steps at load, so that matching neither needs
a NUL at the end of the text nor can blow up: on a mismatch only the last star
is tried again, which finds a match where there is one because a star before it
could only give bytes to a star that takes any.
"""

from cpython.bytes cimport PyBytes_AS_STRING
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memset, strlen

from falcomod.engine.types cimport Str

import string

from falcomod.errors import CheckError


cdef class GlobOwner:

    def __dealloc__(self):
        free(self.glob.steps)


cdef GlobOwner glob_new(bytes pattern, bint any_case):
    """The prepared *pattern*; with *any_case*, ASCII letters fit both cases."""
    cdef GlobOwner owner = GlobOwner.__new__(GlobOwner)
    cdef int count
    owner.glob.steps = <GlobStep *>calloc(len(pattern) + 1, sizeof(GlobStep))
    if owner.glob.steps is NULL:
        raise MemoryError
    count = glob_parse(pattern, <uint32_t>len(pattern), any_case, owner.glob.steps)
    if count == GLOB_COLLATES:
        raise CheckError("collating symbols and equivalence classes in brackets are not supported")
    if count == GLOB_NO_CLASS:
        raise CheckError(f"unknown character class in a bracket: expected [:{':], [:'.join(sorted(CLASSES))}:]")
    owner.glob.count = <uint32_t>count
    return owner


cdef bint glob_fits(const Str *pattern, bint any_case, const char *data, uint32_t size) noexcept nogil:
    cdef Glob glob
    cdef int count
    cdef bint fits
    if pattern.size > GLOB_READ_MAX:
        return False
    glob.steps = <GlobStep *>calloc(pattern.size + 1, sizeof(GlobStep))
    if glob.steps is NULL:
        return False
    count = glob_parse(pattern.data, pattern.size, any_case, glob.steps)
    glob.count = <uint32_t>count
    fits = count >= 0 and glob_matches(&glob, data, size)
    free(glob.steps)
    return fits


cdef bint glob_matches(const Glob *glob, const char *data, uint32_t size) noexcept nogil:
    cdef uint32_t step = 0
    cdef uint32_t at = 0
    cdef bint starred = False            # a star has been passed; then, for the last one:
    cdef uint32_t star = 0               # the step after it
    cdef uint32_t star_at = 0            # where the text continues after what it took
    while True:
        if step < glob.count and glob.steps[step].is_star:
            step += 1
            if step == glob.count:
                return True
            starred, star, star_at = True, step, at
        elif at < size and step < glob.count and _fits(&glob.steps[step], <uint8_t>data[at]):
            step += 1
            at += 1
        elif at == size and step == glob.count:
            return True
        elif not starred or star_at >= size:
            return False
        else:
            star_at += 1
            step, at = star, star_at


cdef inline bint _fits(const GlobStep *step, uint8_t byte) noexcept nogil:
    return (step.bytes[byte >> 6] >> (byte & 63)) & 1


cdef int glob_parse(const char *pattern, uint32_t size, bint any_case, GlobStep *steps) noexcept nogil:
    cdef const uint8_t *bytes_ = <const uint8_t *>pattern
    cdef GlobStep *step
    cdef uint32_t at = 0
    cdef int count = 0
    cdef int taken
    while at < size:
        step = &steps[count]
        count += 1
        at += 1
        if bytes_[at - 1] == c"*":
            step.is_star = 1
            while at < size and bytes_[at] == c"*":
                at += 1
        elif bytes_[at - 1] == c"?":
            _invert(step)
        elif bytes_[at - 1] == c"[":
            taken = _bracket(bytes_ + at, size - at, any_case, step)
            if taken < 0:
                return taken
            at += <uint32_t>taken
        elif bytes_[at - 1] == c"\\":
            # At the very end it fits nothing, as with fnmatch(3).
            if at < size:
                _add(step, bytes_[at])
                _fold(step, any_case)
                at += 1
        else:
            _add(step, bytes_[at - 1])
            _fold(step, any_case)
    return count


cdef int _bracket(const uint8_t *data, uint32_t size, bint any_case, GlobStep *step) noexcept nogil:
    """The set that begins after a "[": how many bytes it has with its end, 0 where it has none."""
    cdef uint32_t first = size > 0 and (data[0] == c"!" or data[0] == c"^")
    cdef uint32_t at = first
    cdef uint32_t end, high
    cdef uint8_t low
    while at < size:
        if data[at] == c"]" and at > first:
            _fold(step, any_case)
            if first:
                _invert(step)
            return <int>at + 1
        if data[at] == c"[" and at + 1 < size:
            if data[at + 1] == c"." or data[at + 1] == c"=":
                return GLOB_COLLATES
            end = _class_end(data, at + 2, size) if data[at + 1] == c":" else 0
            if end:
                if not _add_class(step, <const char *>data + at + 2, end - at - 2):
                    return GLOB_NO_CLASS
                at = end + 2
                continue
        at += data[at] == c"\\" and at + 1 < size
        low = data[at]
        at += 1
        if at + 1 == size and data[at] == c"-":
            # A range without its end fits nothing, as with fnmatch(3).
            memset(step, 0, sizeof(GlobStep))
            return <int>size
        if at + 1 < size and data[at] == c"-" and data[at + 1] != c"]":
            at += 1
            at += data[at] == c"\\" and at + 1 < size
            for high in range(low, <uint32_t>data[at] + 1):
                _add(step, <uint8_t>high)
            at += 1
        else:
            _add(step, low)
    # Never closed: the bracket stands for itself.
    memset(step, 0, sizeof(GlobStep))
    _add(step, c"[")
    return 0


cdef uint32_t _class_end(const uint8_t *data, uint32_t start, uint32_t size) noexcept nogil:
    """Where the ":]" is that ends the name of a class; 0: there is none."""
    cdef uint32_t at = start
    while at < size and (c"a" <= data[at] | 0x20 <= c"z"):
        at += 1
    return at if at > start and at + 1 < size and data[at] == c":" and data[at + 1] == c"]" else 0


cdef bint _add_class(GlobStep *step, const char *name, uint32_t size) noexcept nogil:
    cdef uint32_t i, word
    for i in range(<uint32_t>CLASS_COUNT):
        if strlen(CLASS_NAMES[i]) == size and memcmp(CLASS_NAMES[i], name, size) == 0:
            for word in range(4):
                step.bytes[word] |= CLASS_BITS[i][word]
            return True
    return False


cdef inline void _add(GlobStep *step, uint8_t byte) noexcept nogil:
    step.bytes[byte >> 6] |= <uint64_t>1 << (byte & 63)


cdef inline void _invert(GlobStep *step) noexcept nogil:
    cdef uint32_t word
    for word in range(4):
        step.bytes[word] = ~step.bytes[word]


cdef inline void _fold(GlobStep *step, bint any_case) noexcept nogil:
    """Adds the other case of every ASCII letter; all of them are in the second word, 32 bits apart."""
    cdef uint64_t lower = step.bytes[1] & <uint64_t>0x07FFFFFE00000000
    cdef uint64_t upper = step.bytes[1] & <uint64_t>0x07FFFFFE
    if any_case:
        step.bytes[1] |= lower >> 32 | upper << 32


# POSIX classes in the C locale.
CLASSES = {
    name: frozenset(characters.encode())
    for name, characters in {
        "alpha": string.ascii_letters,
        "digit": string.digits,
        "alnum": string.ascii_letters + string.digits,
        "upper": string.ascii_uppercase,
        "lower": string.ascii_lowercase,
        "punct": string.punctuation,
        "space": " \t\n\r\v\f",
        "blank": " \t",
        "cntrl": "".join(map(chr, range(32))) + "\x7f",
        "print": "".join(map(chr, range(32, 127))),
        "graph": "".join(map(chr, range(33, 127))),
        "xdigit": string.hexdigits,
    }.items()
}

cdef enum:
    CLASS_COUNT = 12

cdef const char *CLASS_NAMES[CLASS_COUNT]
cdef uint64_t CLASS_BITS[CLASS_COUNT][4]
cdef list _kept = [name.encode() for name in CLASSES]


cdef int _fill_classes() except -1:
    cdef uint32_t i
    cdef uint32_t byte
    for i, members in enumerate(CLASSES.values()):
        CLASS_NAMES[i] = PyBytes_AS_STRING(_kept[i])
        for byte in members:
            CLASS_BITS[i][byte >> 6] |= <uint64_t>1 << (byte & 63)
    return 0


_fill_classes()

# SPDX-License-Identifier: Apache-2.0
"""Wildcard patterns with the meaning of fnmatch(3) without flags, on bytes.

``*`` and ``?`` cross slashes, ``[a-z]``, ``[!x]`` and ``[[:digit:]]`` are sets,
a backslash takes the next character literally, an unclosed bracket stands for
itself.  Patterns are turned into steps at load, so that matching neither needs
a NUL at the end of the text nor can blow up: on a mismatch only the last star
is tried again, which finds a match where there is one because a star before it
could only give bytes to a star that takes any.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

import string

from falcomod.errors import CheckError


cdef class GlobOwner:

    def __dealloc__(self):
        free(self.glob.steps)


cdef GlobOwner glob_new(bytes pattern, bint any_case):
    """The prepared *pattern*; with *any_case*, ASCII letters fit both cases."""
    cdef GlobOwner owner = GlobOwner.__new__(GlobOwner)
    steps = _parse(pattern, any_case)
    owner.glob.steps = <GlobStep *>calloc(max(1, len(steps)), sizeof(GlobStep))
    if owner.glob.steps is NULL:
        raise MemoryError
    owner.glob.count = len(steps)
    for i, members in enumerate(steps):
        if members is None:
            owner.glob.steps[i].is_star = 1
            continue
        for member in members:
            owner.glob.steps[i].bytes[<uint32_t>member >> 6] |= <uint64_t>1 << (<uint32_t>member & 63)
    return owner


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


cdef list _parse(bytes pattern, bint any_case):
    """Steps of *pattern*: a frozenset of byte values each, None for a star."""
    steps = []
    at = 0
    while at < len(pattern):
        byte = pattern[at]
        at += 1
        if byte == c"*":
            if not pattern[at:].startswith(b"*"):
                steps.append(None)
            continue
        if byte == c"?":
            members = EVERY
        elif byte == c"[":
            members, at = _bracket(pattern, at, any_case)
        elif byte == c"\\":
            # At the very end it fits nothing, as with fnmatch(3).
            members = _cased(pattern[at:at + 1], any_case)
            at += 1
        else:
            members = _cased((byte,), any_case)
        steps.append(members)
    return steps


cdef object _cased(members, bint any_case):
    """*members*, with the other case of every letter if case does not count."""
    return frozenset(members).union(bytes(members).translate(SWAP_CASE) if any_case else b"")


cdef tuple _bracket(bytes pattern, start, bint any_case):
    """The set that begins after the "[" before *start*, and where the pattern continues."""
    at = start
    inverted = pattern[at:at + 1] in (b"!", b"^")
    at += inverted
    first = at
    members = set()
    while at < len(pattern):
        if pattern[at] == c"]" and at > first:
            members = _cased(members, any_case)
            return (EVERY - members if inverted else members), at + 1
        if pattern[at:at + 2] == b"[:":
            found = _class_name(pattern, at + 2)
            if found:
                members |= _class(found)
                at += len(found) + 4
                continue
        if pattern[at:at + 2] in (b"[.", b"[="):
            raise CheckError("collating symbols and equivalence classes in brackets are not supported")
        low, at = _bracket_byte(pattern, at)
        if pattern[at:at + 1] == b"-" and pattern[at + 1:at + 2] not in (b"]", b""):
            high, at = _bracket_byte(pattern, at + 1)
            members.update(range(low, high + 1))
        else:
            members.add(low)
    # Never closed: the bracket stands for itself.
    return frozenset(b"["), start


cdef tuple _bracket_byte(bytes pattern, at):
    if pattern[at] == c"\\" and at + 1 < len(pattern):
        at += 1
    return pattern[at], at + 1


cdef frozenset _class(bytes name):
    text = name.decode("ascii", "replace")
    if text not in CLASSES:
        raise CheckError(f"unknown character class [:{text}:] in a bracket: expected one of {', '.join(sorted(CLASSES))}")
    return CLASSES[text]


cdef bytes _class_name(bytes pattern, start):
    """The name before the ":]" that ends a class, b"" where none does."""
    end = pattern.find(b":]", start)
    return pattern[start:end] if end > start and pattern[start:end].isalpha() else b""


EVERY = frozenset(range(256))

SWAP_CASE = bytes(range(256)).swapcase()

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

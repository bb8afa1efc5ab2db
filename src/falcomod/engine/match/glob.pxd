# SPDX-License-Identifier: Apache-2.0
"""Wildcard patterns, prepared."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from falcomod.engine.types cimport Str

# One element of a pattern: any number of bytes, or exactly one byte out of a set.
cdef struct GlobStep:
    uint64_t bytes[4]            # bit b: the byte b fits
    uint8_t is_star              # any number of bytes; bytes do not count

cdef struct Glob:
    uint32_t count
    GlobStep *steps              # never two stars in a row


cdef enum:
    GLOB_READ_MAX = 4096         # bytes of a pattern that only an event knows
    # What glob_parse() returns for a pattern that cannot be read.
    GLOB_COLLATES = -1           # collating symbols and equivalence classes are not supported
    GLOB_NO_CLASS = -2           # an unknown [:class:]


cdef class GlobOwner:
    cdef Glob glob

# Raises CheckError for a pattern that cannot be read.
cdef GlobOwner glob_new(bytes pattern, bint any_case)
# Whether the pattern fits all of the text: at most size × count steps, no memory.
cdef bint glob_matches(const Glob *glob, const char *data, uint32_t size) noexcept nogil
# Writes the steps of a pattern, at most size of them, to zeroed memory; returns how many.
cdef int glob_parse(const char *pattern, uint32_t size, bint any_case, GlobStep *steps) noexcept nogil
# The same for a pattern that is not prepared; one that is too long or cannot be read fits nothing.
cdef bint glob_fits(const Str *pattern, bint any_case, const char *data, uint32_t size) noexcept nogil

# SPDX-License-Identifier: Apache-2.0
"""Wildcard patterns, prepared."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

# One element of a pattern: any number of bytes, or exactly one byte out of a set.
cdef struct GlobStep:
    uint64_t bytes[4]            # bit b: the byte b fits
    uint8_t is_star              # any number of bytes; bytes do not count

cdef struct Glob:
    uint32_t count
    GlobStep *steps              # never two stars in a row


cdef class GlobOwner:
    cdef Glob glob

# Raises CheckError for a pattern that cannot be read.
cdef GlobOwner glob_new(bytes pattern, bint any_case)
# Whether the pattern fits all of the text: at most size × count steps, no memory.
cdef bint glob_matches(const Glob *glob, const char *data, uint32_t size) noexcept nogil

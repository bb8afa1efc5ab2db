# SPDX-License-Identifier: Apache-2.0
"""Texts of the tables, made from Python's and shown to it."""

from libc.stdint cimport uint32_t

from falcomod.engine.types cimport Text

# Of a str, or of anything that has bytes; TypeError for the rest, UnicodeEncodeError for half a
# character, which JSON can have.
cdef bytes bytes_of(text)
# A new text, or NULL for None.
cdef Text *text_of(text) except? NULL
# What text_of() was given, as a str, or None.
cdef object shown(const Text *text)
# By which tables place what they keep by a text.
cdef uint32_t hash_of(const char *data, uint32_t size) noexcept nogil

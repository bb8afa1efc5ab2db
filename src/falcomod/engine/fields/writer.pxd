# SPDX-License-Identifier: Apache-2.0
"""Text that is put together for one event, in its arena."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from falcomod.engine.types cimport Arena, Value

cdef struct Writer:
    Arena *arena
    char *data                   # NULL until something is put
    uint32_t size                # bytes put
    uint32_t capacity            # bytes of data
    uint8_t failed               # memory ran out: nothing more is put, and writer_finish() raises

cdef void writer_init(Writer *writer, Arena *arena) noexcept nogil
cdef void put(Writer *writer, const char *data, uint32_t size) noexcept nogil
cdef void put_text(Writer *writer, const char *text) noexcept nogil              # NUL-terminated
cdef void put_char(Writer *writer, char character) noexcept nogil
cdef void put_signed(Writer *writer, int64_t number) noexcept nogil
# base 8, 10 or 16 (upper case); zeros in front up to width digits.
cdef void put_unsigned(Writer *writer, uint64_t number, uint32_t base, uint32_t width) noexcept nogil
cdef void put_pointer(Writer *writer, uint64_t number) noexcept nogil            # hexadecimal, lower case
# Strings that each end in NUL, joined by between.
cdef void put_strings(Writer *writer, const char *data, uint32_t size, char between) noexcept nogil
# Hands the text over as a value: 1; valid until the arena is reset.
cdef int writer_finish(Writer *writer, Value *out) except -1 nogil

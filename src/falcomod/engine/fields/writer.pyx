# SPDX-License-Identifier: Apache-2.0
"""Text that is put together for one event: command lines, socket names, arguments.

A writer lives on the stack of a field's function, its bytes in the arena of the
event; outgrown pieces stay there until the reset.
"""

from libc.string cimport memcpy, strlen

from falcomod.engine.types cimport arena_take

cdef enum:
    CAPACITY_FIRST = 128         # bytes
    NUMBER_DIGITS = 24           # of a 64-bit number in octal, and some
    WRITER_MAX = 1 << 20         # bytes; more than any record can give


cdef void writer_init(Writer *writer, Arena *arena) noexcept nogil:
    writer.arena = arena
    writer.data = NULL
    writer.size = 0
    writer.capacity = 0
    writer.failed = 0


cdef void put(Writer *writer, const char *data, uint32_t size) noexcept nogil:
    # The bytes of nothing may be at no address, which memcpy does not take.
    if size == 0 or (size > writer.capacity - writer.size and not _grow(writer, size)):
        return
    memcpy(writer.data + writer.size, data, size)
    writer.size += size


cdef void put_text(Writer *writer, const char *text) noexcept nogil:
    put(writer, text, <uint32_t>strlen(text))


cdef void put_char(Writer *writer, char character) noexcept nogil:
    put(writer, &character, 1)


cdef void put_signed(Writer *writer, int64_t number) noexcept nogil:
    if number < 0:
        put_char(writer, b'-')
        put_unsigned(writer, -<uint64_t>number, 10, 0)
    else:
        put_unsigned(writer, <uint64_t>number, 10, 0)


cdef void put_unsigned(Writer *writer, uint64_t number, uint32_t base, uint32_t width) noexcept nogil:
    _put_digits(writer, number, base, width, b"0123456789ABCDEF")


cdef void put_pointer(Writer *writer, uint64_t number) noexcept nogil:
    _put_digits(writer, number, 16, 0, b"0123456789abcdef")


cdef void _put_digits(
    Writer *writer, uint64_t number, uint32_t base, uint32_t width, const char *digits
) noexcept nogil:
    cdef char buffer[NUMBER_DIGITS]
    cdef uint32_t at = NUMBER_DIGITS
    while at > 0 and (number or at == NUMBER_DIGITS or NUMBER_DIGITS - at < width):
        at -= 1
        buffer[at] = digits[number % base]
        number //= base
    put(writer, buffer + at, NUMBER_DIGITS - at)


cdef void put_strings(Writer *writer, const char *data, uint32_t size, char between) noexcept nogil:
    cdef uint32_t i
    cdef char *text
    if size and data[size - 1] == 0:
        size -= 1
    put(writer, data, size)
    if size == 0 or writer.failed:
        return
    # A loop without branches, of which the compiler makes one over many bytes at once.
    text = writer.data + (writer.size - size)
    for i in range(size):
        text[i] = between if text[i] == 0 else text[i]


cdef int writer_finish(Writer *writer, Value *out) except -1 nogil:
    if writer.failed:
        with gil:
            raise MemoryError("no memory for the text of a field")
    out.text.data = writer.data
    if writer.data is NULL:
        out.text.data = b""      # "" is a value
    out.text.size = writer.size
    return 1


cdef bint _grow(Writer *writer, uint32_t size) noexcept nogil:
    """Makes room for size more bytes; 0 when there is none."""
    cdef uint32_t capacity = writer.capacity * 2 if writer.capacity else CAPACITY_FIRST
    cdef char *data
    if writer.failed or size > WRITER_MAX - writer.size:
        writer.failed = 1
        return 0
    while capacity - writer.size < size:
        capacity *= 2
    data = arena_take(writer.arena, capacity)
    if data is NULL:
        writer.failed = 1
        return 0
    if writer.size:
        memcpy(data, writer.data, writer.size)
    writer.data = data
    writer.capacity = capacity
    return 1

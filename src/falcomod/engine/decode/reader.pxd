# SPDX-License-Identifier: Apache-2.0
"""A bounded reader: the only way to outside bytes.

Every read is checked against the end; one that does not fit gives NULL or 0 and
does not advance.  Integers are little-endian and lie at any address, so they are
copied, never cast.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy


cdef struct Reader:
    const uint8_t *position
    const uint8_t *end           # one past the last byte that may be read


cdef inline uint64_t reader_left(const Reader *reader) noexcept nogil:
    return <uint64_t>(reader.end - reader.position)


# The next size bytes, passed over; NULL when there are fewer.
cdef inline const uint8_t *reader_take(Reader *reader, uint64_t size) noexcept nogil:
    cdef const uint8_t *taken = reader.position
    if size > reader_left(reader):
        return NULL
    reader.position += size
    return taken


cdef inline bint reader_u16(Reader *reader, uint16_t *out) noexcept nogil:
    cdef const uint8_t *taken = reader_take(reader, sizeof(uint16_t))
    if taken == NULL:
        return False
    memcpy(out, taken, sizeof(uint16_t))
    return True


cdef inline bint reader_u32(Reader *reader, uint32_t *out) noexcept nogil:
    cdef const uint8_t *taken = reader_take(reader, sizeof(uint32_t))
    if taken == NULL:
        return False
    memcpy(out, taken, sizeof(uint32_t))
    return True


cdef inline bint reader_u64(Reader *reader, uint64_t *out) noexcept nogil:
    cdef const uint8_t *taken = reader_take(reader, sizeof(uint64_t))
    if taken == NULL:
        return False
    memcpy(out, taken, sizeof(uint64_t))
    return True

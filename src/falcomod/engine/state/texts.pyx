# SPDX-License-Identifier: Apache-2.0
"""Texts of the tables, made from Python's and shown to it."""

from libc.stdint cimport uint32_t

from falcomod.engine.types cimport Text, text_new


cdef bytes bytes_of(text):
    # bytes() of a number would be as many zeros.
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(memoryview(text))


cdef Text *text_of(text) except? NULL:
    cdef bytes encoded
    cdef Text *result
    if text is None:
        return NULL
    encoded = bytes_of(text)
    result = text_new(<const char *>encoded, <uint32_t>len(encoded))
    if result == NULL:
        raise MemoryError
    return result


cdef object shown(const Text *text):
    return None if text == NULL else text.data[:text.size].decode("utf-8", "surrogateescape")


cdef uint32_t hash_of(const char *data, uint32_t size) noexcept nogil:
    # FNV-1a, 32 bits (RFC 9923).
    cdef uint32_t value = 2166136261u
    cdef uint32_t i
    for i in range(size):
        value = (value ^ <unsigned char>data[i]) * 16777619u
    return value

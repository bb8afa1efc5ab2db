# SPDX-License-Identifier: Apache-2.0
"""Labels of one thing in C memory, filled from Python, found without it."""

from libc.stdint cimport uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp

from falcomod.engine.state.texts cimport bytes_of, shown, text_of
from falcomod.engine.types cimport Text, text_release


cdef Text *label_of(const Labels *labels, const char *key, uint32_t size) noexcept nogil:
    cdef uint32_t low = 0
    cdef uint32_t high = labels.count
    cdef uint32_t middle
    cdef int order
    while low < high:
        middle = low + (high - low) // 2
        order = compare(labels.rows[middle].key, key, size)
        if order == 0:
            return labels.rows[middle].value
        if order < 0:
            low = middle + 1
        else:
            high = middle
    return NULL


cdef int compare(const Text *text, const char *key, uint32_t size) noexcept nogil:
    """As bytes objects compare, which is how rows are sorted."""
    cdef int order = memcmp(text.data, key, text.size if text.size < size else size)
    if order:
        return order
    return (text.size > size) - (text.size < size)


cdef int fill_labels(Labels *labels, dict words) except -1:
    cdef Label *row
    encoded = sorted((bytes_of(key), bytes_of(value)) for key, value in words.items())
    labels.rows = <Label *>calloc(max(1, len(encoded)), sizeof(Label))
    if labels.rows == NULL:
        raise MemoryError
    for key, value in encoded:
        row = &labels.rows[labels.count]
        labels.count += 1
        row.key = text_of(key)
        row.value = text_of(value)
    return 0


cdef void free_labels(Labels *labels) noexcept nogil:
    cdef uint32_t i
    for i in range(labels.count):
        text_release(labels.rows[i].key)
        text_release(labels.rows[i].value)
    free(labels.rows)


cdef dict shown_labels(const Labels *labels):
    return {shown(labels.rows[i].key): shown(labels.rows[i].value) for i in range(labels.count)}

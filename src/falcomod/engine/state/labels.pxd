# SPDX-License-Identifier: Apache-2.0
"""Labels of one thing: of a container, a pod, or whatever else has them."""

from libc.stdint cimport uint32_t

from falcomod.engine.types cimport Text

cdef struct Label:
    Text *key
    Text *value

cdef struct Labels:
    uint32_t count
    Label *rows                  # sorted by key

# The value of a label, or NULL.
cdef Text *label_of(const Labels *labels, const char *key, uint32_t size) noexcept nogil
# Fills labels that are all zeros. Where it raises, what is there already is still to be freed.
cdef int fill_labels(Labels *labels, dict words) except -1
cdef void free_labels(Labels *labels) noexcept nogil
# What fill_labels() was given.
cdef dict shown_labels(const Labels *labels)

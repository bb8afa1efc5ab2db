# SPDX-License-Identifier: Apache-2.0
"""The lists of a capture: what was on the host when it began."""

cimport cython
from libc.stdint cimport uint64_t

from falcomod.engine.capture.blocks cimport Body


@cython.final
cdef class Entries:
    """The entries of one list, one after the other, as dictionaries."""

    cdef Body body
    cdef uint64_t taken          # bytes of the current entry that were read

    cdef object unsigned_number(self, int width)
    cdef object signed_number(self)
    cdef bytes data(self, uint64_t size)
    cdef bytes text(self, uint64_t size_max)
    cdef int end_entry(self, uint64_t size) except -1

# SPDX-License-Identifier: Apache-2.0
"""A capture file as a source of records."""

cimport cython
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from falcomod.engine.capture.blocks cimport Body
from falcomod.engine.capture.convert cimport Converter
from falcomod.engine.capture.merge cimport Record
from falcomod.engine.capture.seed cimport Seed
from falcomod.engine.capture.source cimport Source
from falcomod.engine.capture.stream cimport ByteStream


@cython.final
cdef class SavefileSource(Source):
    """Records of a .scap file, in the order of the file and in the current schema."""

    cdef ByteStream stream
    cdef Converter converter
    cdef object state            # a State that the lists go to, or None
    cdef Seed seed               # of the current section
    cdef readonly str fault      # after which the file was given up, or None
    cdef readonly dict machine   # of the current section
    cdef bint is_started         # the first section header was read
    cdef bint is_seeding         # lists were read and not settled yet
    cdef bint at_end
    cdef bint at_other_block     # what stands at the position is no event, or no sound one
    cdef uint64_t wanted         # bytes that next() has to see in one piece
    cdef uint64_t step           # of the block whose record was handed out, 0: none was
    cdef Record record           # that one

    cdef uint64_t events         # blocks of events seen
    cdef uint64_t state_only     # … of them those that are no events to rules
    cdef uint64_t dropped        # … that the conversion took
    cdef uint64_t corrupt        # … that it could not read
    cdef uint64_t sections
    cdef uint64_t blocks_skipped # of unknown types
    cdef dict skipped            # … by type
    cdef dict list_counts        # sums of all sections' Seed.counts

    cdef int look(self, uint32_t header, uint32_t block_size, bint has_flags, bint has_nparams) except -1 nogil
    cdef int read_others(self) except -1
    cdef int read_block(self, Body body) except -1
    cdef int begin_section(self, Body body) except -1
    cdef int settle(self) except -1
    cdef int give_up(self, str fault) except -1
    cdef int end(self) except -1
